package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.testing.TestCertificates;
import dev.tcpecho.transport.Transport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A client that reads all the time, but slowly, is not idle, although the kernel takes nothing from the service for
 * longer than the idle time. All transports are tried at the same time.
 */
class SlowReaderTests {

    /** A client's thread may get no processor for a second. */
    private static final String IDLE_TIMEOUT = "echo.limits.idle-timeout=2s";

    /** From a larger one the kernel announces space in larger steps, of more than a second where it is 16 MiB. */
    private static final int RECEIVE_BUFFER = 256 * 1024;

    private static final int BYTES_PER_SECOND = 800_000;

    /** More than the send buffer of a connection, which the kernel lets grow to 4 MiB by default. */
    private static final int MORE_THAN_THE_KERNEL_TAKES = 7_000_000;

    private static final int LESS_THAN_THE_KERNEL_TAKES = 2_000_000;

    private final List<RunningEcho> echoes = new ArrayList<>();

    @AfterEach
    void stop() {
        this.echoes.forEach(RunningEcho::close);
    }

    private RunningEcho start(Transport transport, String... properties) {
        RunningEcho echo = RunningEcho.start(transport, properties);
        this.echoes.add(echo);
        return echo;
    }

    private static List<Transport> transports() {
        return Stream.of(Transport.values())
                .filter(transport -> transport.unavailabilityCause() == null)
                .toList();
    }

    /** Those that can ask the kernel what the client has acknowledged. */
    private static List<Transport> nativeTransports() {
        return transports().stream()
                .filter(transport -> transport != Transport.NIO)
                .toList();
    }

    private static CompletableFuture<Void> inBackground(Callable<?> client) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        client.call();
                    } catch (Exception ex) {
                        throw new IllegalStateException(ex);
                    }
                },
                EchoClient.THREADS);
    }

    private static byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom().nextBytes(bytes);
        return bytes;
    }

    private static byte[] readSlowly(EchoClient client, int length) throws Exception {
        byte[] echoed = new byte[length];
        long start = System.nanoTime();
        for (int offset = 0; offset < length; ) {
            byte[] bytes = client.read(Math.min(BYTES_PER_SECOND / 50, length - offset));
            if (bytes.length == 0) {
                return Arrays.copyOf(echoed, offset);
            }
            System.arraycopy(bytes, 0, echoed, offset, bytes.length);
            offset += bytes.length;
            long due = TimeUnit.SECONDS.toNanos(1) * offset / BYTES_PER_SECOND;
            TimeUnit.NANOSECONDS.sleep(due - (System.nanoTime() - start));
        }
        return echoed;
    }

    private static Void assertComesBackSlowly(String name, EchoClient client) throws Exception {
        byte[] payload = randomBytes(MORE_THAN_THE_KERNEL_TAKES);
        client.sendInBackground(payload);
        byte[] echo = readSlowly(client, payload.length);
        assertThat(Arrays.mismatch(echo, payload))
                .as("first byte of %s that is wrong, of %s bytes", name, echo.length)
                .isEqualTo(-1);
        return null;
    }

    private static void assertStillEchoes(EchoClient client) throws Exception {
        client.send(new byte[] {42});
        assertThat(client.read(1)).containsExactly(42);
    }

    @Test
    void everyByteComesBackToAClientThatReadsSlowly(@TempDir Path directory) throws Exception {
        TestCertificates certificates = new TestCertificates();
        certificates.write(certificates.issue("server"), directory);
        SSLContext tls = certificates.client(null);
        List<CompletableFuture<Void>> clients = new ArrayList<>();
        for (Transport transport : transports()) {
            RunningEcho plainEcho = start(transport, IDLE_TIMEOUT);
            RunningEcho tlsEcho = start(transport, TestCertificates.bundle(directory, IDLE_TIMEOUT));
            clients.add(inBackground(() -> {
                try (EchoClient client = EchoClient.connect(plainEcho.address(), RECEIVE_BUFFER)) {
                    return assertComesBackSlowly(transport.toString(), client);
                }
            }));
            clients.add(inBackground(() -> {
                try (EchoClient client =
                        EchoClient.connect(tlsEcho.address(), RECEIVE_BUFFER).startTls(tls)) {
                    return assertComesBackSlowly(transport + " with TLS", client);
                }
            }));
        }
        clients.forEach(CompletableFuture::join);
    }

    @Test
    void aClientThatReadsWhatOnlyTheKernelHoldsIsNotIdle() {
        List<CompletableFuture<Void>> clients = new ArrayList<>();
        for (Transport transport : nativeTransports()) {
            RunningEcho echo = start(transport, IDLE_TIMEOUT);
            clients.add(inBackground(() -> {
                try (EchoClient client = EchoClient.connect(echo.address())) {
                    client.send(randomBytes(LESS_THAN_THE_KERNEL_TAKES));
                    await().until(() -> echo.sent() == LESS_THAN_THE_KERNEL_TAKES);
                    readSlowly(client, LESS_THAN_THE_KERNEL_TAKES);
                    assertStillEchoes(client);
                }
                return null;
            }));
        }
        clients.forEach(CompletableFuture::join);
    }

    @Test
    void aClientThatReadsWhatOnlyTheKernelHoldsIsNotQuiet() {
        List<CompletableFuture<Void>> clients = new ArrayList<>();
        for (Transport transport : nativeTransports()) {
            RunningEcho echo = start(transport, "echo.drain.quiet=1s", "echo.drain.timeout=30s");
            clients.add(inBackground(() -> {
                try (EchoClient client = EchoClient.connect(echo.address())) {
                    client.send(randomBytes(LESS_THAN_THE_KERNEL_TAKES));
                    await().until(() -> echo.sent() == LESS_THAN_THE_KERNEL_TAKES);
                    CompletableFuture<Void> stopped = inBackground(() -> {
                        echo.bean(EchoServer.class).stop();
                        return null;
                    });
                    readSlowly(client, LESS_THAN_THE_KERNEL_TAKES);
                    assertStillEchoes(client);
                    assertThat(client.readToEnd()).isEmpty();
                    client.close();
                    stopped.join();
                }
                await().untilAsserted(() -> assertThat(echo.closed("drain")).isOne());
                return null;
            }));
        }
        clients.forEach(CompletableFuture::join);
    }

    @Test
    void aClientThatTakesNothingIsIdle() throws Exception {
        List<EchoClient> clients = new ArrayList<>();
        for (Transport transport : transports()) {
            EchoClient client =
                    EchoClient.connect(start(transport, IDLE_TIMEOUT).address());
            client.sendInBackground(randomBytes(MORE_THAN_THE_KERNEL_TAKES));
            clients.add(client);
        }
        for (RunningEcho echo : this.echoes) {
            await().untilAsserted(() -> assertThat(echo.closed("idle")).isOne());
        }
        for (EchoClient client : clients) {
            client.close();
        }
    }
}
