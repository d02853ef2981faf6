package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every byte comes back, in order, once, then a clean end: the same cases on each transport. */
class EchoByteForByteTests extends OnEachTransport {

    private static final int KIB = 1024;

    private static final int MIB = 1024 * KIB;

    /** How often the loops are run; the profile soak sets 10. */
    private static final int ROUNDS = Integer.getInteger("echo.test.rounds", 1);

    private final SplittableRandom random = new SplittableRandom();

    @Test
    void oneByteComesBackBeforeTheClientEnds() throws Exception {
        try (EchoClient client = EchoClient.connect(echo.address())) {
            client.send(new byte[] {42});
            assertThat(client.read(1)).containsExactly(42);
        }
    }

    @Test
    void nulBytesComeBack() throws Exception {
        assertComesBack(new byte[1000], 1000);
    }

    @Test
    void everyByteValueComesBack() throws Exception {
        byte[] payload = new byte[256];
        IntStream.range(0, 256).forEach(value -> payload[value] = (byte) value);
        assertComesBack(payload, 256);
    }

    @Test
    void anUrgentByteComesBackInItsPlace() throws Exception {
        try (EchoClient client = EchoClient.connect(echo.address())) {
            client.send(new byte[] {1, 2, 3});
            client.sendUrgent(4);
            client.send(new byte[] {5, 6, 7});
            client.halfClose();
            assertThat(client.readToEnd()).containsExactly(1, 2, 3, 4, 5, 6, 7);
        }
    }

    @Test
    void aClientThatSendsOnlyAnUrgentByteIsNoProbe() throws Exception {
        long probes = echo.closed("probe");
        try (EchoClient client = EchoClient.connect(echo.address())) {
            client.sendUrgent(4);
            client.halfClose();
            assertThat(client.readToEnd()).containsExactly(4);
        }
        await().untilAsserted(() -> assertThat(echo.active()).isZero());
        assertThat(echo.closed("probe")).isEqualTo(probes);
    }

    @Test
    void nothingComesBackForNothing() throws Exception {
        assertComesBack(new byte[0], 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 511, 65_535, 65_536, 65_537, 1_000_003})
    void randomPayloadInOddChunksComesBack(int length) throws Exception {
        assertComesBack(randomBytes(length), 7_919);
    }

    @Test
    void sixtyFourMebibytesComeBack() throws Exception {
        assertComesBack(randomBytes(64 * MIB), 199_999);
    }

    @Test
    void oneByteThenHalfCloseComesBack() throws Exception {
        for (int round = 0; round < 100 * ROUNDS; round++) {
            assertComesBack(randomBytes(1), 1);
        }
    }

    @Test
    void sixtyFourKibibytesThenHalfCloseComeBack() throws Exception {
        for (int round = 0; round < 20 * ROUNDS; round++) {
            assertComesBack(randomBytes(64 * KIB), 64 * KIB);
        }
    }

    @Test
    void eightMebibytesComeBackToReadersThatStartLateAndReadSlowly() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            CompletableFuture.allOf(IntStream.range(0, 5)
                            .mapToObj(reader -> CompletableFuture.runAsync(
                                    () -> assertComesBackSlowly(8 * MIB), EchoClient.THREADS))
                            .toArray(CompletableFuture[]::new))
                    .join();
        }
    }

    @Test
    void streamThatEndsLongBeforeItsEchoComesBack() throws Exception {
        // Most of the stream and its end wait in the server's receive buffer, and little goes out at a time.
        try (RunningEcho tight = RunningEcho.start(
                this.transport,
                server -> server.option(ChannelOption.SO_RCVBUF, 4 * MIB)
                        .childOption(ChannelOption.SO_SNDBUF, 8 * KIB))) {
            for (int round = 0; round < 20 * ROUNDS; round++) {
                byte[] payload = randomBytes(MIB);
                try (EchoClient client = EchoClient.connect(tight.address(), 32 * KIB)) {
                    client.sendAndHalfClose(payload, 64 * KIB, this.random.split());
                    assertSame(client.readToEnd(), payload);
                }
            }
        }
    }

    private void assertComesBack(byte[] payload, int maxChunk) throws Exception {
        try (EchoClient client = EchoClient.connect(echo.address())) {
            CompletableFuture<Void> sent = client.sendAndHalfClose(payload, maxChunk, this.random.split());
            assertSame(client.readToEnd(), payload);
            sent.join();
        }
    }

    private void assertComesBackSlowly(int length) {
        try (EchoClient client = EchoClient.connect(echo.address(), 32 * KIB)) {
            byte[] payload = randomBytes(length);
            CompletableFuture<Void> sent = client.sendAndHalfClose(payload, 64 * KIB, this.random.split());
            Thread.sleep(200);
            assertSame(client.readToEndSlowly(64 * KIB, Duration.ofMillis(1)), payload);
            sent.join();
        } catch (IOException | InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static void assertSame(byte[] echoed, byte[] payload) {
        assertThat(echoed.length).as("bytes that came back").isEqualTo(payload.length);
        assertThat(Arrays.mismatch(echoed, payload))
                .as("first byte that differs")
                .isEqualTo(-1);
    }

    private byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        this.random.split().nextBytes(bytes);
        return bytes;
    }
}
