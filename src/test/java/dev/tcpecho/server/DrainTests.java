package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.testing.TestCertificates;
import dev.tcpecho.transport.Transport;
import io.netty.channel.ChannelOption;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A stop loses no byte that was echoed, and ends every connection cleanly and in time. */
@ParameterizedClass
@EnumSource(Transport.class)
class DrainTests {

    private static final int CLIENTS = 200;

    private static final int TLS_CLIENTS = 20;

    private static final int MIB = 1024 * 1024;

    @Parameter
    private Transport transport;

    @BeforeEach
    void assumeTransport() {
        assumeThat(this.transport.unavailabilityCause()).isNull();
    }

    private static CompletableFuture<Void> stop(RunningEcho echo) {
        return CompletableFuture.runAsync(echo.bean(EchoServer.class)::stop, EchoClient.THREADS);
    }

    @Test
    void busyClientsSeeEveryEchoAndThenACleanEnd() throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport, "echo.drain.timeout=1500ms", "echo.drain.quiet=1s")) {
            InetSocketAddress address = echo.address();
            AtomicInteger busy = new AtomicInteger();
            List<CompletableFuture<Long>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(CompletableFuture.supplyAsync(
                        () -> echoUntilTheEnd(() -> EchoClient.connect(address), busy), EchoClient.THREADS));
            }
            await().until(() -> busy.get() == CLIENTS);
            stop(echo).join();
            for (CompletableFuture<Long> client : clients) {
                assertThat(client.join()).isPositive();
            }
            await().untilAsserted(() -> assertThat(echo.closed("drain")).isEqualTo(CLIENTS));
            assertThat(echo.closed()).isEqualTo(CLIENTS);
            assertThat(echo.sent()).isEqualTo(echo.received());
        }
    }

    /** Sends and compares until the end of the stream; fails at a reset or a byte that differs. */
    private static long echoUntilTheEnd(Callable<EchoClient> connect, AtomicInteger busy) {
        SplittableRandom random = new SplittableRandom();
        byte[] payload = new byte[3000];
        try (EchoClient client = connect.call()) {
            for (long rounds = 0; ; rounds++) {
                random.nextBytes(payload);
                client.send(payload);
                byte[] echoed = client.read(payload.length);
                assertThat(Arrays.mismatch(echoed, payload)).isIn(-1, echoed.length);
                if (echoed.length < payload.length) {
                    return rounds;
                }
                if (rounds == 0) {
                    busy.incrementAndGet();
                }
            }
        } catch (Exception ex) {
            throw new IllegalStateException(ex);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void busyClientsOfTlsSeeEveryEchoAndThenCloseNotify(String protocol, @TempDir Path directory) throws Exception {
        TestCertificates certificates = new TestCertificates();
        certificates.write(certificates.issue("server"), directory);
        SSLContext tls = certificates.client(null);
        try (RunningEcho echo =
                RunningEcho.start(this.transport, TestCertificates.bundle(directory, "echo.drain.timeout=1500ms"))) {
            InetSocketAddress address = echo.address();
            AtomicInteger busy = new AtomicInteger();
            List<CompletableFuture<Long>> clients = new ArrayList<>();
            for (int i = 0; i < TLS_CLIENTS; i++) {
                clients.add(CompletableFuture.supplyAsync(
                        () -> echoUntilTheEnd(() -> EchoClient.connect(address).startTls(tls, protocol), busy),
                        EchoClient.THREADS));
            }
            await().until(() -> busy.get() == TLS_CLIENTS);
            stop(echo).join();
            for (CompletableFuture<Long> client : clients) {
                assertThat(client.join()).isPositive();
            }
            await().untilAsserted(() -> assertThat(echo.closed("drain")).isEqualTo(TLS_CLIENTS));
            assertThat(echo.sent()).isEqualTo(echo.received());
        }
    }

    @Test
    void quietConnectionIsEndedLongBeforeTheTimeout() throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport, "echo.drain.timeout=60s", "echo.drain.quiet=200ms");
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send(new byte[] {1});
            assertThat(client.read(1)).containsExactly(1);
            CompletableFuture<Void> stopped = stop(echo);
            assertThat(client.readToEnd()).isEmpty();
            assertThat(stopped).isNotDone();
            client.close();
            assertThat(stopped).succeedsWithin(Duration.ofSeconds(10));
            await().untilAsserted(() -> assertThat(echo.closed("drain")).isEqualTo(1));
        }
    }

    @Test
    void timeoutMayBeLongerThanALongHoldsNanoseconds() throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport, "echo.drain.timeout=365000d", "echo.drain.quiet=0s");
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send(new byte[] {1});
            assertThat(client.read(1)).containsExactly(1);
            CompletableFuture<Void> stopped = stop(echo);
            assertThat(client.readToEnd()).isEmpty();
            client.close();
            assertThat(stopped).succeedsWithin(Duration.ofSeconds(10));
        }
    }

    @Test
    void clientThatIsOwedAnEchoHasTimeToTakeIt() throws Exception {
        byte[] payload = new byte[8 * MIB];
        new SplittableRandom().nextBytes(payload);
        try (RunningEcho echo = RunningEcho.start(this.transport, "echo.drain.timeout=60s", "echo.drain.quiet=200ms");
                EchoClient client = EchoClient.connect(echo.address(), 32 * 1024)) {
            client.sendInBackground(payload);
            await().until(() -> echo.held() > 0);
            CompletableFuture<Void> stopped = stop(echo);
            await().until(() -> echo.bean(EchoServer.class).addresses().isEmpty());
            // Longer than quiet is, and nothing is taken meanwhile.
            Thread.sleep(1000);
            assertThat(client.read(payload.length)).isEqualTo(payload);
            assertThat(client.readToEnd()).isEmpty();
            client.close();
            assertThat(stopped).succeedsWithin(Duration.ofSeconds(10));
        }
    }

    @Test
    void clientThatIsOwedLittleHasAsLong() throws Exception {
        byte[] payload = new byte[30_000];
        new SplittableRandom().nextBytes(payload);
        try (RunningEcho echo = RunningEcho.start(
                        this.transport,
                        server -> server.childOption(ChannelOption.SO_SNDBUF, 4096),
                        "echo.drain.timeout=60s",
                        "echo.drain.quiet=100ms");
                EchoClient client = EchoClient.connect(echo.address(), 4096)) {
            client.send(payload);
            await().until(() -> echo.received() == payload.length);
            CompletableFuture<Void> stopped = stop(echo);
            // Longer than quiet and the linger together, and nothing is taken meanwhile.
            Thread.sleep(2500);
            assertThat(echo.held()).isPositive();
            assertThat(client.read(payload.length)).isEqualTo(payload);
            assertThat(client.readToEnd()).isEmpty();
            client.close();
            assertThat(stopped).succeedsWithin(Duration.ofSeconds(10));
        }
    }

    @Test
    void clientThatTakesNothingCannotHoldTheStopUp() throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport, "echo.drain.timeout=500ms");
                EchoClient client = EchoClient.connect(echo.address(), 32 * 1024)) {
            client.sendInBackground(new byte[32 * MIB]);
            await().until(() -> echo.held() > 0);
            EchoServer server = echo.bean(EchoServer.class);
            long start = System.nanoTime();
            CompletableFuture<Void> stopped = stop(echo);
            await().until(() -> server.isDraining() && server.drainRemaining().isZero());
            assertThat(stopped).isNotDone();
            stopped.join();
            // The timeout and the linger, and a second for a busy machine.
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(500 + 2000 + 1000));
            await().untilAsserted(() -> assertThat(echo.closed("drain")).isEqualTo(1));
        }
    }

    @Test
    void listenersStayOpenForTheDelay() throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport, "echo.drain.delay=2s", "echo.drain.timeout=7s")) {
            InetSocketAddress address = echo.address();
            EchoServer server = echo.bean(EchoServer.class);
            assertThat(server.drainRemaining()).isEqualTo(Duration.ofSeconds(9));
            CompletableFuture<Void> stopped = stop(echo);
            await().until(server::isDraining);
            assertThat(server.drainRemaining())
                    .isBetween(Duration.ofSeconds(7), Duration.ofSeconds(9).minusNanos(1));
            try (EchoClient client = EchoClient.connect(address)) {
                client.send(new byte[] {1});
                client.halfClose();
                assertThat(client.readToEnd()).containsExactly(1);
            }
            stopped.join();
            assertThat(server.isDraining()).isFalse();
            assertThatExceptionOfType(ConnectException.class)
                    .isThrownBy(() -> EchoClient.connect(address).close());
        }
    }
}
