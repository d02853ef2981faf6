package dev.tcpecho.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.server.EchoClient;
import dev.tcpecho.server.RunningEcho;
import dev.tcpecho.testing.TestCertificates;
import dev.tcpecho.transport.Transport;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.json.BasicJsonTester;
import org.springframework.boot.test.json.JsonContent;

/** What a client sees of each behaviour, on real sockets. */
@ParameterizedClass
@EnumSource(Transport.class)
class BehaviourTests {

    private static final int KIB = 1024;

    private final BasicJsonTester json = new BasicJsonTester(getClass());

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
                        .map(property -> property.startsWith("echo.") || property.startsWith("management.")
                                ? property
                                : "echo.listeners.plain.behaviours." + property)
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
    void greetingComesFirstAndAtOnceWhateverElseIsSet() throws Exception {
        try (RunningEcho echo =
                        start("greeting=hello {listener} {connection}\\r\\n", "delay=100ms", "rate=10B", "corrupt=1B");
                EchoClient client = EchoClient.connect(echo.address())) {
            assertThat(text(client.read(15))).isEqualTo("hello plain 1\r\n");
            client.send(new byte[] {9});
            assertThat(client.read(1)).hasSize(1).doesNotContain(9);
        }
    }

    @Test
    void openConnectionIsNotGreeted() throws Exception {
        try (RunningEcho echo = start("echo.drain.timeout=0s", "management.endpoint.behaviours.access=unrestricted");
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send(new byte[] {1});
            assertThat(client.read(1)).containsExactly(1);
            ListenerBehaviours behaviours =
                    echo.bean(BehaviourRegistry.class).listeners().get("plain");
            behaviours.replace(TestBehaviours.of("greeting=hello", "delay=1ms"), Reach.ALL, null);
            client.send(new byte[] {2});
            assertThat(client.read(1)).containsExactly(2);
            try (EchoClient next = EchoClient.connect(echo.address())) {
                assertThat(text(next.read(5))).isEqualTo("hello");
            }
        }
    }

    @Test
    void greetingTellsOfTheConnection() throws Exception {
        try (RunningEcho echo =
                        start("greeting={remote} {port} {hostname} {connection} [{sni}] {listener} \\\\{x\\\\}\\t");
                Socket client = new Socket(echo.address().getAddress(), echo.port())) {
            client.shutdownOutput();
            assertThat(text(client.getInputStream().readAllBytes()))
                    .matches("127\\.0\\.0\\.1:%s %s \\S+ 1 \\[\\] plain \\\\\\{x\\\\}\t"
                            .formatted(client.getLocalPort(), echo.port()));
        }
    }

    @Test
    void greetingAsJsonTellsOfTheConnectionInOneLine() throws Exception {
        try (RunningEcho echo = start("greeting=json");
                Socket client = new Socket(echo.address().getAddress(), echo.port())) {
            client.shutdownOutput();
            String greeting = text(client.getInputStream().readAllBytes());
            assertThat(greeting).endsWith("}\n").doesNotContain("tls\"");
            JsonContent<Object> json = this.json.from(greeting);
            assertThat(json).extractingJsonPathValue("listener").isEqualTo("plain");
            assertThat(json).extractingJsonPathValue("tcpport").isEqualTo("" + echo.port());
            assertThat(json).extractingJsonPathValue("remote").isEqualTo("127.0.0.1:" + client.getLocalPort());
            assertThat(json).extractingJsonPathValue("connection").isEqualTo(1);
            assertThat(json).extractingJsonPathValue("isTLS").isEqualTo(false);
            assertThat(json).extractingJsonPathStringValue("hostname").isNotEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void greetingTellsOfTls(String protocol, @TempDir Path directory) throws Exception {
        TestCertificates certificates = new TestCertificates();
        certificates.write(certificates.issue("server"), directory);
        try (RunningEcho echo = RunningEcho.start(
                        this.transport,
                        TestCertificates.bundle(directory, "echo.listeners.plain.behaviours.greeting=json"));
                Socket plain = new Socket(echo.address().getAddress(), echo.port());
                SSLSocket client = (SSLSocket) certificates
                        .client(null)
                        .getSocketFactory()
                        .createSocket(plain, "localhost", echo.port(), true)) {
            SSLParameters parameters = client.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName("echo.example.org")));
            client.setSSLParameters(parameters);
            client.setEnabledProtocols(new String[] {protocol});
            client.startHandshake();
            client.shutdownOutput();
            JsonContent<Object> json =
                    this.json.from(text(client.getInputStream().readAllBytes()));
            assertThat(json).extractingJsonPathValue("isTLS").isEqualTo(true);
            assertThat(json).extractingJsonPathValue("tls.version").isEqualTo(protocol);
            assertThat(json).extractingJsonPathValue("tls.serverName").isEqualTo("echo.example.org");
            assertThat(json)
                    .extractingJsonPathValue("tls.cipherSuite")
                    .isEqualTo(client.getSession().getCipherSuite());
        }
    }

    @Test
    void behavioursWorkBehindAProxyHeader() throws Exception {
        try (RunningEcho echo = start(
                        "greeting={remote} ",
                        "delay=50ms",
                        "echo.listeners.plain.proxy-protocol=required",
                        "echo.listeners.plain.trusted-proxies=127.0.0.0/8");
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send("PROXY TCP4 192.0.2.1 192.0.2.2 4711 7\r\nabc".getBytes(StandardCharsets.US_ASCII));
            client.halfClose();
            assertThat(text(client.readToEnd())).isEqualTo("192.0.2.1:4711 abc");
        }
    }

    @Test
    void manyDelayedMessagesAreUnderWayAtOnce() throws Exception {
        try (RunningEcho echo = start("delay=300ms");
                EchoClient client = EchoClient.connect(echo.address())) {
            long start = System.nanoTime();
            for (byte i = 0; i < 100; i++) {
                client.send(new byte[] {i});
                Thread.sleep(1);
            }
            byte[] echoed = client.read(100);
            for (int i = 0; i < 100; i++) {
                assertThat(echoed[i]).isEqualTo((byte) i);
            }
            // One after another they would take half a minute.
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
        }
    }

    @Test
    void chunksAreFlushedByThemselves() throws Exception {
        byte[] payload = randomBytes(100);
        try (RunningEcho echo = start("chunk.size=10B", "chunk.pause=20ms");
                Socket client = new Socket(echo.address().getAddress(), echo.port())) {
            client.setTcpNoDelay(true);
            client.getOutputStream().write(payload);
            client.shutdownOutput();
            byte[] buffer = new byte[1000];
            int total = 0;
            int reads = 0;
            for (int read; (read = client.getInputStream().read(buffer, total, 500)) > 0; total += read) {
                assertThat(read % 10).isZero();
                reads++;
            }
            assertThat(Arrays.mismatch(Arrays.copyOf(buffer, total), payload)).isEqualTo(-1);
            // A busy machine may read two of them at once.
            assertThat(reads).isBetween(3, 10);
        }
    }

    @Test
    void stallEchoesSoManyBytesAndKeepsTheConnectionOpen() throws Exception {
        byte[] payload = randomBytes(2000);
        try (RunningEcho echo = start("stall-after=1000B", "echo.drain.timeout=0s");
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send(payload);
            client.halfClose();
            assertThat(client.read(1000)).isEqualTo(Arrays.copyOf(payload, 1000));
            await().during(Duration.ofMillis(500)).untilAsserted(() -> {
                assertThat(echo.sent()).isEqualTo(1000);
                assertThat(echo.active()).isEqualTo(1);
            });
        }
    }

    @Test
    void stalledClientIsPushedBack() throws Exception {
        try (RunningEcho echo = start("stall-after=1000B", "echo.drain.timeout=0s");
                EchoClient client = EchoClient.connect(echo.address())) {
            client.sendInBackground(new byte[32 * KIB * KIB]);
            assertThat(client.read(1000)).hasSize(1000);
            await().during(Duration.ofMillis(300)).until(echo::received, received -> received < 200 * KIB);
        }
    }

    @ParameterizedTest
    @CsvSource({"close-after=300ms, false", "close-after=300ms stall-after=1B, true"})
    void closeAfterATimeEndsIdleAndStalledConnectionsCleanly(String behaviours, boolean sends) throws Exception {
        try (RunningEcho echo = start(behaviours.split(" "));
                EchoClient client = EchoClient.connect(echo.address())) {
            if (sends) {
                client.send(new byte[10]);
            }
            assertThat(client.readToEnd()).hasSize(sends ? 1 : 0);
            client.close();
            await().untilAsserted(() -> assertThat(echo.closed("behaviour")).isEqualTo(1));
        }
    }

    @ParameterizedTest
    @CsvSource({"reset-after=300ms, false", "reset-after=300ms stall-after=1B, true"})
    void resetAfterATimeResetsIdleAndStalledConnections(String behaviours, boolean sends) throws Exception {
        try (RunningEcho echo = start(behaviours.split(" "));
                EchoClient client = EchoClient.connect(echo.address())) {
            if (sends) {
                client.send(new byte[10]);
                assertThat(client.read(1)).hasSize(1);
            }
            assertThatExceptionOfType(SocketException.class)
                    .isThrownBy(() -> client.read(1))
                    .withMessageContaining("reset");
            await().untilAsserted(() -> assertThat(echo.closed("behaviour")).isEqualTo(1));
        }
    }

    @Test
    void resetAfterBytesResetsBehindThem() throws Exception {
        try (RunningEcho echo = start("reset-after=100B");
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send(new byte[40]);
            assertThat(client.read(40)).hasSize(40);
            client.send(new byte[40]);
            assertThatExceptionOfType(SocketException.class).isThrownBy(() -> client.read(40));
            await().untilAsserted(() -> assertThat(echo.closed("behaviour")).isEqualTo(1));
        }
    }

    /** A write may still be on its way: io_uring closes behind it. */
    @ParameterizedTest
    @CsvSource({"reset-after=8B, 5", "reset-after=20KB, 15000", "reset-after=3B greeting=hello, 1"})
    void resetIsNoCleanEndWhateverIsOnItsWay(String behaviours, int bytes) throws Exception {
        try (RunningEcho echo = start(behaviours.split(" "))) {
            for (int i = 1; i <= 10; i++) {
                try (EchoClient client = EchoClient.connect(echo.address())) {
                    assertThatExceptionOfType(SocketException.class).isThrownBy(() -> {
                        client.send(new byte[bytes]);
                        client.readToEnd();
                    });
                }
                int resets = i;
                await().untilAsserted(() -> assertThat(echo.closed("behaviour")).isEqualTo(resets));
            }
        }
    }

    @Test
    void closeAfterBytesSendsThemAndEndsCleanly() throws Exception {
        byte[] payload = randomBytes(60);
        try (RunningEcho echo = start("close-after=100B");
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send(payload);
            assertThat(client.readToEnd()).isEqualTo(Arrays.copyOf(payload, 40));
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
            assertThat(flipped.stream().map(bit -> bit / 8 / KIB).boxed().toList())
                    .containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
        }
    }

    @Test
    void refusedConnectionsAreResetBeforeTlsAndOthersAreServed() throws Exception {
        try (RunningEcho echo = start("refuse=0.5", "seed=3")) {
            int refused = 0;
            for (int i = 0; i < 100; i++) {
                refused += outcome(echo).equals("refused") ? 1 : 0;
            }
            assertThat(refused).isBetween(30, 70);
            assertThat(echo.rejected("behaviour")).isEqualTo(refused);
            assertThat(echo.accepted()).isEqualTo(100 - refused);
        }
    }

    /** Connections come one after another, and each of them before the one before it has been served. */
    @Test
    void sameSeedAndSameConnectionsHaveTheSameFaults() throws Exception {
        List<String> first = outcomes("11");
        assertThat(first).contains("refused", "whole", "corrupted", "cut off");
        assertThat(outcomes("11")).isEqualTo(first);
        assertThat(outcomes("12")).isNotEqualTo(first);
    }

    private List<String> outcomes(String seed) throws Exception {
        try (RunningEcho echo = start(
                "seed=" + seed,
                "refuse=0.2",
                "corrupt.one-bit-in=8B",
                "corrupt.probability=0.5",
                "close-after.bytes=12B",
                "close-after.probability=0.3")) {
            List<EchoClient> clients = new ArrayList<>();
            List<String> outcomes = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                clients.add(EchoClient.connect(echo.address()));
            }
            for (EchoClient client : clients) {
                outcomes.add(outcome(client));
            }
            return outcomes;
        }
    }

    private static String outcome(RunningEcho echo) {
        try (EchoClient client = EchoClient.connect(echo.address())) {
            return outcome(client);
        } catch (IOException ex) {
            // The reset may come before connect has returned.
            return "refused";
        }
    }

    private static String outcome(EchoClient client) {
        byte[] payload = {1, 2, 3, 4, 5, 6, 7, 8};
        try (client) {
            client.send(payload);
            client.halfClose();
            byte[] echoed = client.readToEnd();
            if (echoed.length < payload.length) {
                return "cut off";
            }
            return Arrays.equals(echoed, payload) ? "whole" : "corrupted";
        } catch (IOException ex) {
            return "refused";
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
