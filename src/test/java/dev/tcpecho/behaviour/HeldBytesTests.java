package dev.tcpecho.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.echo.OpenConnection;
import dev.tcpecho.server.EchoClient;
import dev.tcpecho.server.EchoServer;
import dev.tcpecho.server.RunningEcho;
import dev.tcpecho.testing.TestCertificates;
import dev.tcpecho.transport.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;

/** What waits in a behaviour is held for its client: it is bounded, it is due, and a stop waits for it. */
@ParameterizedClass
@EnumSource(Transport.class)
@ExtendWith(OutputCaptureExtension.class)
class HeldBytesTests {

    private static final int KIB = 1024;

    private static final int MIB = 1024 * KIB;

    /** The README's. */
    private static final long BOUND = 128 * KIB;

    private static final long TLS_BOUND = 512 * KIB;

    private static final String BEHAVIOURS = "echo.listeners.plain.behaviours.";

    @Parameter
    private Transport transport;

    @BeforeEach
    void assumeTransport() {
        assumeThat(this.transport.unavailabilityCause()).isNull();
    }

    /** Small send buffers push back soon; large receive buffers let the end of a stream wait behind much of it. */
    private RunningEcho start(String... properties) {
        return RunningEcho.start(
                this.transport,
                server -> server.option(ChannelOption.SO_RCVBUF, MIB).childOption(ChannelOption.SO_SNDBUF, 8192),
                properties);
    }

    private static long held(RunningEcho echo) {
        return echo.bean(EchoServer.class).connections().stream()
                .mapToLong(OpenConnection::heldBytes)
                .sum();
    }

    /** Sends as much as the service takes, and returns the most that was held for it at any time. */
    private static long mostHeld(RunningEcho echo, SocketChannel client, Duration time) throws Exception {
        ByteBuffer bytes = ByteBuffer.allocateDirect(100_000);
        long sent = 0;
        long most = 0;
        for (long end = System.nanoTime() + time.toNanos(); System.nanoTime() < end; Thread.sleep(1)) {
            while (!client.socket().isOutputShutdown() && sent < 100 * MIB && client.write(bytes.clear()) > 0) {
                sent += bytes.position();
            }
            most = Math.max(most, Math.min(sample(echo), sample(echo)));
        }
        return most;
    }

    /**
     * Reads several counts of an event loop from this thread. A buffer that moves from one to the other meanwhile
     * stands in both, which a second look does not repeat.
     */
    private static long sample(RunningEcho echo) {
        return Math.max(held(echo), echo.held());
    }

    private void report(String what, long held) {
        System.out.printf("held at most, %s, %s: %s bytes%n", this.transport, what, held);
    }

    /** Longer than the delay, so that the service holds what waits, and then what the client does not take. */
    @ParameterizedTest
    @CsvSource({"delay=5s, 5500", "rate=1000B, 1000", "chunk.size=1B, 1000", "stall-after=1000B, 1000"})
    void clientThatNeverReadsIsHeldToTheBound(String behaviour, int millis) throws Exception {
        try (RunningEcho echo = start(BEHAVIOURS + behaviour, "echo.drain.timeout=0s");
                SocketChannel client = SocketChannel.open()) {
            client.setOption(StandardSocketOptions.SO_RCVBUF, 8 * KIB);
            client.connect(echo.address());
            client.configureBlocking(false);
            long held = mostHeld(echo, client, Duration.ofMillis(millis));
            report(behaviour, held);
            assertThat(held).isBetween(1L, BOUND);
            client.shutdownOutput();
            held = mostHeld(echo, client, Duration.ofMillis(millis));
            report(behaviour + ", and then the end of the stream", held);
            assertThat(held).isBetween(1L, BOUND);
        }
    }

    @Test
    void clientOfTlsThatNeverReadsIsHeldToTheBound(@TempDir Path directory) throws Exception {
        TestCertificates certificates = new TestCertificates();
        certificates.write(certificates.issue("server"), directory);
        RunningEcho echo = start(TestCertificates.bundle(directory, BEHAVIOURS + "delay=1s", "echo.drain.timeout=0s"));
        try (EchoClient client = EchoClient.connect(echo.address(), 8 * KIB).startTls(certificates.client(null))) {
            client.sendInBackground(new byte[100 * MIB]);
            long most = 0;
            for (int i = 0; i < 1500; i++) {
                most = Math.max(most, held(echo));
                Thread.sleep(1);
            }
            report("delay=1s with TLS", most);
            assertThat(most).isBetween(1L, TLS_BOUND);
            // Before the client, whose close waits for its own write.
            echo.close();
        }
    }

    /** After large messages one read takes many records, each of which is a buffer: the most of them with TLS 1.2. */
    @Test
    void clientOfTlsThatSendsBytesOneByOneIsHeldToTheBound(@TempDir Path directory) throws Exception {
        TestCertificates certificates = new TestCertificates();
        certificates.write(certificates.issue("server"), directory);
        try (RunningEcho echo =
                        start(TestCertificates.bundle(directory, BEHAVIOURS + "delay=500ms", "echo.drain.timeout=0s"));
                EchoClient client = EchoClient.connect(echo.address()).startTls(certificates.client(null), "TLSv1.2")) {
            // So much waits that reading stops, while the records come.
            client.send(new byte[100 * KIB]);
            CompletableFuture<Void> sent = CompletableFuture.runAsync(
                    () -> {
                        for (int i = 0; i < 4000; i++) {
                            sendOne(client);
                        }
                    },
                    EchoClient.THREADS);
            long most = 0;
            CompletableFuture<byte[]> echoed =
                    CompletableFuture.supplyAsync(() -> readAll(client, 100 * KIB + 4000), EchoClient.THREADS);
            while (!echoed.isDone()) {
                most = Math.max(most, held(echo));
                Thread.sleep(1);
            }
            sent.join();
            report("delay=500ms, TLS 1.2 records of a byte", most);
            assertThat(most).isBetween(60_000L, TLS_BOUND);
            assertThat(echoed.join()).hasSize(100 * KIB + 4000);
        }
    }

    private static byte[] readAll(EchoClient client, int bytes) {
        try {
            return client.read(bytes);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static void sendOne(EchoClient client) {
        try {
            client.send(new byte[1]);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void everyByteComesBackOverTls(String protocol, @TempDir Path directory) throws Exception {
        TestCertificates certificates = new TestCertificates();
        certificates.write(certificates.issue("server"), directory);
        byte[] payload = new byte[512 * KIB];
        new SplittableRandom().nextBytes(payload);
        try (RunningEcho echo = start(
                        TestCertificates.bundle(directory, BEHAVIOURS + "delay=100ms", BEHAVIOURS + "chunk=5000B"));
                EchoClient client = EchoClient.connect(echo.address()).startTls(certificates.client(null), protocol)) {
            CompletableFuture<Void> sent = client.sendAndHalfClose(payload, 64 * KIB, new SplittableRandom());
            assertThat(Arrays.mismatch(client.readToEnd(), payload)).isEqualTo(-1);
            sent.join();
        }
    }

    /** The whole rest waits while nothing is read or written, which Netty's epoll does not bear by itself. */
    @Test
    void delayedEchoThatTheKernelTakesInManyStepsComesWhole() throws Exception {
        byte[] payload = new byte[512 * KIB];
        new SplittableRandom().nextBytes(payload);
        try (RunningEcho echo = start(BEHAVIOURS + "delay=200ms");
                EchoClient client = EchoClient.connect(echo.address(), 8 * KIB)) {
            client.sendAndHalfClose(payload, 64 * KIB, new SplittableRandom()).join();
            assertThat(Arrays.mismatch(client.readToEnd(), payload)).isEqualTo(-1);
            await().untilAsserted(() -> assertThat(echo.closed("client")).isEqualTo(1));
        }
    }

    @Test
    void stopDoesNotCutADelayedEchoOff() throws Exception {
        try (RunningEcho echo = start(BEHAVIOURS + "delay=2s", "echo.drain.quiet=100ms", "echo.drain.timeout=20s");
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send(new byte[] {1, 2, 3});
            await().until(() -> echo.received() == 3);
            CompletableFuture<Void> stopped =
                    CompletableFuture.runAsync(echo.bean(EchoServer.class)::stop, EchoClient.THREADS);
            assertThat(client.readToEnd()).containsExactly(1, 2, 3);
            client.close();
            assertThat(stopped).succeedsWithin(Duration.ofSeconds(5));
            await().untilAsserted(() -> assertThat(echo.closed("drain")).isEqualTo(1));
        }
    }

    @Test
    void idleTimeDoesNotRunWhileADelayedEchoIsDue() throws Exception {
        try (RunningEcho echo = start(BEHAVIOURS + "delay=2s", "echo.limits.idle-timeout=300ms");
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send(new byte[] {1, 2, 3});
            assertThat(client.read(3)).containsExactly(1, 2, 3);
            assertThat(client.readToEnd()).isEmpty();
            client.close();
            await().untilAsserted(() -> assertThat(echo.closed("idle")).isEqualTo(1));
        }
    }

    @Test
    void stalledConnectionIsIdle() throws Exception {
        try (RunningEcho echo = start(BEHAVIOURS + "stall-after=1B", "echo.limits.idle-timeout=300ms");
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send(new byte[] {1, 2, 3});
            assertThat(client.readToEnd()).containsExactly(1);
            client.close();
            await().untilAsserted(() -> assertThat(echo.closed("idle")).isEqualTo(1));
        }
    }

    @Test
    void stopDoesNotWaitForAStalledConnection() throws Exception {
        try (RunningEcho echo =
                        start(BEHAVIOURS + "stall-after=1B", "echo.drain.quiet=100ms", "echo.drain.timeout=60s");
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send(new byte[] {1, 2, 3});
            assertThat(client.read(1)).containsExactly(1);
            await().until(() -> held(echo) > 0);
            CompletableFuture<Void> stopped =
                    CompletableFuture.runAsync(echo.bean(EchoServer.class)::stop, EchoClient.THREADS);
            assertThat(client.readToEnd()).isEmpty();
            client.close();
            assertThat(stopped).succeedsWithin(Duration.ofSeconds(10));
        }
    }

    @Test
    void clientThatTakesNothingOfADelayedEchoIsIdle() throws Exception {
        try (RunningEcho echo =
                        start(BEHAVIOURS + "delay=10ms", "echo.limits.idle-timeout=500ms", "echo.drain.timeout=0s");
                EchoClient client = EchoClient.connect(echo.address(), 8 * KIB)) {
            client.sendInBackground(new byte[32 * MIB]);
            await().untilAsserted(() -> assertThat(echo.closed("idle")).isEqualTo(1));
        }
    }

    /** A bean may make buffers of its own, as one does that changes the length of the stream. */
    @Test
    void whatABeanMakesIsHeldToo() throws Exception {
        try (RunningEcho echo = RunningEcho.start(
                        this.transport, Copy.class, BEHAVIOURS + "delay=60s", "echo.drain.timeout=0s");
                SocketChannel client = SocketChannel.open(echo.address())) {
            client.configureBlocking(false);
            long held = mostHeld(echo, client, Duration.ofSeconds(1));
            report("a bean that copies, and delay=60s", held);
            assertThat(held).isBetween(60_000L, BOUND);
        }
    }

    @Test
    void idleTimeDoesNotRunWhileWhatABeanMadeIsDue() throws Exception {
        try (RunningEcho echo = RunningEcho.start(
                        this.transport, Copy.class, BEHAVIOURS + "delay=1s", "echo.limits.idle-timeout=300ms");
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send(new byte[] {1, 2, 3});
            assertThat(client.read(3)).containsExactly(1, 2, 3);
        }
    }

    static class Copy {

        @Bean
        Behaviour copy() {
            return (stream, context) -> stream.map(buffer -> {
                ByteBuf copy = context.alloc().buffer().writeBytes(buffer);
                buffer.release();
                return copy;
            });
        }
    }

    /** What comes while the end of our stream waits for the client's is read for nothing. */
    @ParameterizedTest
    @ValueSource(strings = {"close-after.time=300ms", "close-after.bytes=70000B"})
    void connectionThatIsClosedWhileMuchIsHeldReadsOn(String end, CapturedOutput output) throws Exception {
        try (RunningEcho echo = start(BEHAVIOURS + "delay=10s", BEHAVIOURS + end, "echo.drain.timeout=0s");
                EchoClient client = EchoClient.connect(echo.address())) {
            client.sendInBackground(new byte[200 * KIB]);
            assertThat(client.readToEnd()).isEmpty();
            client.close();
            await().untilAsserted(() -> assertThat(echo.closed("behaviour")).isEqualTo(1));
            await().untilAsserted(() -> assertThat(held(echo)).isZero());
        }
        assertThat(output).doesNotContain("WARN", "LEAK", "Exception");
    }

    @Test
    void connectionsTellWhatWaits() throws Exception {
        try (RunningEcho echo = start(BEHAVIOURS + "delay=1s");
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send(new byte[1000]);
            await().untilAsserted(() -> assertThat(held(echo)).isBetween(1000L, 70_000L));
            assertThat(echo.bean(EchoServer.class).connections())
                    .extracting(OpenConnection::behaviours)
                    .containsExactly(List.of("delay"));
            assertThat(client.read(1000)).hasSize(1000);
            await().untilAsserted(() -> assertThat(held(echo)).isZero());
        }
    }
}
