package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.testing.TestCertificates;
import dev.tcpecho.transport.Transport;
import io.micrometer.core.instrument.FunctionCounter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the kernel accepts is counted as accepted or as rejected, once, wherever it ends. */
@ParameterizedClass
@EnumSource(Transport.class)
class EveryEndIsCountedTests {

    private static final byte[] HEADER = ascii("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n");

    private static final byte[] HEADER_AND_BYTE = ascii("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n1");

    private static final byte[] DENIED = ascii("PROXY TCP4 203.0.113.9 198.51.100.1 56324 443\r\n");

    private static final byte[] PART_OF_VERSION_1 = ascii("PROXY TCP4 192.0.2.7");

    private static final byte[] PART_OF_VERSION_2 = ascii("\r\n\r\n\0\r\nQUIT\n");

    private static final byte[] PART_OF_RECORD = {22, 3, 1};

    /** The header of a record, and the first byte of a ClientHello. */
    private static final byte[] PART_OF_HELLO = {22, 3, 1, 2, 0, 1};

    private static TestCertificates certificates;

    @TempDir
    private static Path directory;

    @Parameter
    private Transport transport;

    private final List<EchoClient> clients = new ArrayList<>();

    @BeforeAll
    static void issue() throws Exception {
        certificates = new TestCertificates();
        certificates.write(certificates.issue("server"), directory);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @BeforeEach
    void assumeTransport() {
        assumeThat(this.transport.unavailabilityCause()).isNull();
    }

    @AfterEach
    void close() throws IOException {
        for (EchoClient client : this.clients) {
            client.close();
        }
    }

    /** With the listeners plain, which has TLS, required, optional, and both, with TLS behind a required header. */
    private RunningEcho start(String... properties) {
        return RunningEcho.start(
                this.transport,
                Stream.concat(
                                Stream.of(
                                        "echo.limits.deny=203.0.113.0/24",
                                        "echo.listeners.required.port=0",
                                        "echo.listeners.required.proxy-protocol=required",
                                        "echo.listeners.required.trusted-proxies=127.0.0.0/8",
                                        "echo.listeners.optional.port=0",
                                        "echo.listeners.optional.proxy-protocol=optional",
                                        "echo.listeners.optional.trusted-proxies=127.0.0.0/8",
                                        "echo.listeners.both.port=0",
                                        "echo.listeners.both.proxy-protocol=required",
                                        "echo.listeners.both.trusted-proxies=127.0.0.0/8",
                                        "echo.listeners.both.ssl.bundle=tls"),
                                Stream.concat(Stream.of(TestCertificates.bundle(directory)), Stream.of(properties)))
                        .toArray(String[]::new));
    }

    private EchoClient connect(RunningEcho echo, String listener, byte[]... sent) throws IOException {
        EchoClient client = EchoClient.connect(new InetSocketAddress(
                InetAddress.getLoopbackAddress(),
                echo.bean(EchoServer.class).addresses().get(listener).getPort()));
        this.clients.add(client);
        for (byte[] bytes : sent) {
            client.send(bytes);
        }
        return client;
    }

    /** A listener accepts in order, and so has accepted those before this one. */
    private void echoOne(EchoClient client) throws IOException {
        client.send(new byte[] {1});
        assertThat(client.read(1)).containsExactly(1);
    }

    private static long rejected(RunningEcho echo, String listener, String reason) {
        return (long) echo.registry()
                .get("echo.connections.rejected")
                .tags("listener", listener, "reason", reason)
                .functionCounter()
                .count();
    }

    private static long sum(RunningEcho echo, String meter, String listener) {
        return (long) echo.registry().get(meter).tag("listener", listener).functionCounters().stream()
                .mapToDouble(FunctionCounter::count)
                .sum();
    }

    private static long handshakes(RunningEcho echo, String listener, String outcome) {
        return echo.registry()
                .get("echo.tls.handshake")
                .tags("listener", listener, "outcome", outcome)
                .timer()
                .count();
    }

    private static void assertCounted(RunningEcho echo, String listener, int connections) {
        await(listener).untilAsserted(() -> {
            long accepted = sum(echo, "echo.connections.accepted", listener);
            assertThat(accepted + sum(echo, "echo.connections.rejected", listener))
                    .isEqualTo(connections);
            assertThat(sum(echo, "echo.connections.closed", listener)).isEqualTo(accepted);
        });
    }

    /** As soon as it is decided, and not once the client has taken notice. */
    @ParameterizedTest
    @CsvSource({"200ms, 60s", "60s, 200ms"})
    void stopEndsConnectionsBeforeTheirEchoAsDrain(String quiet, String timeout) throws Exception {
        try (RunningEcho echo = start("echo.drain.quiet=" + quiet, "echo.drain.timeout=" + timeout)) {
            connect(echo, "plain");
            connect(echo, "plain", PART_OF_RECORD);
            connect(echo, "plain", PART_OF_HELLO);
            connect(echo, "required");
            connect(echo, "required", PART_OF_VERSION_1);
            connect(echo, "required", PART_OF_VERSION_2);
            connect(echo, "optional");
            connect(echo, "optional", PART_OF_VERSION_1);
            connect(echo, "both");
            connect(echo, "both", HEADER, PART_OF_HELLO);
            List<EchoClient> waiting = List.copyOf(this.clients);
            echoOne(connect(echo, "plain").startTls(certificates.client(null)));
            echoOne(connect(echo, "required", HEADER));
            echoOne(connect(echo, "optional"));
            echoOne(connect(echo, "both", HEADER).startTls(certificates.client(null)));
            await().until(() -> handshakes(echo, "both", "success") == 1);

            CompletableFuture<Void> stopped =
                    CompletableFuture.runAsync(echo.bean(EchoServer.class)::stop, EchoClient.THREADS);
            await().untilAsserted(() -> {
                assertThat(rejected(echo, "plain", "drain")).isEqualTo(3);
                assertThat(handshakes(echo, "plain", "drain")).isEqualTo(3);
                assertThat(rejected(echo, "required", "drain")).isEqualTo(3);
                assertThat(rejected(echo, "optional", "drain")).isEqualTo(2);
                assertThat(rejected(echo, "both", "drain")).isEqualTo(2);
                assertThat(handshakes(echo, "both", "drain")).isOne();
            });
            assertThat(stopped).isNotDone();
            for (EchoClient client : waiting) {
                // The end, or first an alert of the TLS engine, and no reset.
                client.readToEnd();
            }
            close();
            assertThat(stopped).succeedsWithin(Duration.ofSeconds(10));
            assertCounted(echo, "plain", 4);
            assertCounted(echo, "required", 4);
            assertCounted(echo, "optional", 3);
            assertCounted(echo, "both", 3);
            for (String listener : List.of("plain", "required", "optional", "both")) {
                assertThat(sum(echo, "echo.connections.rejected", listener))
                        .isEqualTo(rejected(echo, listener, "drain"));
            }
        }
    }

    @Test
    void clientsAndRulesEndConnectionsBeforeTheirEchoInOneCount() throws Exception {
        try (RunningEcho echo = start(
                "echo.limits.connections-per-address=1000",
                "echo.listeners.refusing.port=0",
                "echo.listeners.refusing.behaviours.refuse=1",
                "echo.listeners.resetting.port=0",
                "echo.listeners.resetting.behaviours.reset-after=1B")) {
            byte[][] sent = {
                {}, {1}, PART_OF_RECORD, PART_OF_HELLO, PART_OF_VERSION_1, PART_OF_VERSION_2, HEADER_AND_BYTE, DENIED
            };
            List<String> listeners = List.of("plain", "required", "optional", "both", "refusing", "resetting");
            int rounds = 5;
            for (int round = 0; round < rounds; round++) {
                for (String listener : listeners) {
                    for (byte[] bytes : sent) {
                        endAfter(connect(echo, listener), bytes, EchoClient::halfClose);
                        endAfter(connect(echo, listener), bytes, EchoClient::close);
                        endAfter(connect(echo, listener), bytes, EchoClient::reset);
                    }
                }
            }
            for (String listener : listeners) {
                assertCounted(echo, listener, 3 * rounds * sent.length);
            }
        }
    }

    private static void endAfter(EchoClient client, byte[] bytes, End end) {
        try {
            client.send(bytes);
            end.of(client);
        } catch (IOException ex) {
            // The service was faster.
        }
    }

    /** How a client ends its connection. */
    @FunctionalInterface
    private interface End {

        void of(EchoClient client) throws IOException;
    }
}
