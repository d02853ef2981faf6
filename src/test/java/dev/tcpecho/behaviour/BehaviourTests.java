package dev.tcpecho.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.server.EchoClient;
import dev.tcpecho.server.RunningEcho;
import dev.tcpecho.transport.Transport;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client sees of each behaviour, on real sockets. */
@ParameterizedClass
@EnumSource(Transport.class)
class BehaviourTests {

    private static final int KIB = 1024;

    @Parameter
    private Transport transport;

    @BeforeEach
    void assumeTransport() {
        assumeThat(this.transport.unavailabilityCause()).isNull();
    }

    /** Starts the echo with behaviours of its listener, and with other properties that begin with {@code echo.}. */
    private RunningEcho start(String... properties) {
        return RunningEcho.start(
                this.transport,
                Stream.of(properties)
                        .map(property ->
                                property.startsWith("echo.") ? property : "echo.listeners.plain.behaviours." + property)
                        .toArray(String[]::new));
    }

    private static byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom().nextBytes(bytes);
        return bytes;
    }

    private static void assertComesBack(RunningEcho echo, byte[] payload) throws Exception {
        try (EchoClient client = EchoClient.connect(echo.address())) {
            CompletableFuture<Void> sent = client.sendAndHalfClose(payload, 7919, new SplittableRandom());
            byte[] echoed = client.readToEnd();
            assertThat(echoed.length).isEqualTo(payload.length);
            assertThat(Arrays.mismatch(echoed, payload)).isEqualTo(-1);
            sent.join();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delay=50ms",
                "rate=8MB",
                "chunk=1000B",
                "stall-after=100MB",
                "close-after=1GB",
                "reset-after=1h",
                "refuse=0",
                "delay=10ms chunk=10KB rate=20MB"
            })
    void everyByteComesBackInOrder(String behaviours) throws Exception {
        try (RunningEcho echo = start(behaviours.split(" "))) {
            assertComesBack(echo, randomBytes(2_000_003));
            await().untilAsserted(() -> assertThat(echo.closed("client")).isEqualTo(1));
            assertThat(echo.sent()).isEqualTo(echo.received());
        }
    }

    @Test
    void delayedEchoOfAHalfClosedClientComesWhole() throws Exception {
        try (RunningEcho echo = start("delay=300ms");
                EchoClient client = EchoClient.connect(echo.address())) {
            long start = System.nanoTime();
            client.send(new byte[] {1, 2, 3});
            client.halfClose();
            assertThat(client.readToEnd()).containsExactly(1, 2, 3);
            assertThat((System.nanoTime() - start) / 1e6).isGreaterThan(299);
        }
    }

    @Test
    void greetingComesFirst() throws Exception {
        try (RunningEcho echo = start("greeting=hello {listener} {connection}\\r\\n", "delay=100ms");
                EchoClient client = EchoClient.connect(echo.address())) {
            assertThat(new String(client.read(15), StandardCharsets.UTF_8)).isEqualTo("hello plain 1\r\n");
            client.send(new byte[] {9});
            assertThat(client.read(1)).containsExactly(9);
        }
    }

    @Test
    void resetAfterBytesResetsAndCounts() throws Exception {
        try (RunningEcho echo = start("reset-after=100B");
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send(new byte[40]);
            assertThat(client.read(40)).hasSize(40);
            client.send(new byte[40]);
            assertThatExceptionOfType(SocketException.class).isThrownBy(() -> client.read(40));
            await().untilAsserted(() -> assertThat(echo.closed("behaviour")).isEqualTo(1));
        }
    }

    @Test
    void closeAfterBytesSendsThemAndEndsCleanly() throws Exception {
        try (RunningEcho echo = start("close-after=100B");
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send(new byte[60]);
            assertThat(client.readToEnd()).hasSize(40);
            client.close();
            await().untilAsserted(() -> assertThat(echo.closed("behaviour")).isEqualTo(1));
        }
    }

    @Test
    void corruptFlipsOneBitInEachStretch() throws Exception {
        byte[] payload = randomBytes(100 * KIB);
        try (RunningEcho echo = start("corrupt=1KB", "seed=1");
                EchoClient client = EchoClient.connect(echo.address())) {
            client.sendAndHalfClose(payload, 999, new SplittableRandom());
            BitSet flipped = BitSet.valueOf(client.readToEnd());
            flipped.xor(BitSet.valueOf(payload));
            assertThat(flipped.cardinality()).isEqualTo(100);
            assertThat(flipped.stream().map(bit -> bit / 8 / KIB).distinct().count())
                    .isEqualTo(100);
        }
    }

    @Test
    void rateIsKept() throws Exception {
        byte[] payload = randomBytes(200_000);
        try (RunningEcho echo = start("rate=100000B")) {
            long start = System.nanoTime();
            assertComesBack(echo, payload);
            assertThat((System.nanoTime() - start) / 1e9).isCloseTo(2, within(0.4));
        }
    }
}
