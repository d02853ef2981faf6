package dev.tcpecho.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.jayway.jsonpath.JsonPath;
import dev.tcpecho.testing.RunningService;
import dev.tcpecho.testing.TestCertificates;
import dev.tcpecho.transport.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code probe load} against the service. */
@Timeout(60)
class LoadTests {

    private static RunningService service;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        TestCertificates certificates = new TestCertificates();
        certificates.write(certificates.issue("server"), directory);
        String bundle = "spring.ssl.bundle.pem.server.";
        String old = "spring.ssl.bundle.pem.old.";
        service = RunningService.start(
                bundle + "keystore.certificate=file:" + directory.resolve("tls.crt"),
                bundle + "keystore.private-key=file:" + directory.resolve("tls.key"),
                old + "keystore.certificate=file:" + directory.resolve("tls.crt"),
                old + "keystore.private-key=file:" + directory.resolve("tls.key"),
                old + "options.enabled-protocols=TLSv1.2",
                "echo.listeners.tls.port=0",
                "echo.listeners.tls.ssl.bundle=server",
                "echo.listeners.old.port=0",
                "echo.listeners.old.ssl.bundle=old",
                "echo.listeners.both.port=0",
                "echo.listeners.both.ssl.bundle=server",
                "echo.listeners.both.proxy-protocol=required",
                "echo.listeners.both.trusted-proxies=127.0.0.0/8, ::1/128",
                "echo.listeners.proxied.port=0",
                "echo.listeners.proxied.proxy-protocol=required",
                "echo.listeners.proxied.trusted-proxies=127.0.0.0/8, ::1/128");
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private static LoadOutput load(String listener, String options) throws IOException {
        return LoadOutput.of(
                "127.0.0.1:%s %s".formatted(service.address(listener).getPort(), options));
    }

    private static double received(String listener) throws IOException, InterruptedException {
        return service.get("/actuator/prometheus")
                .body()
                .lines()
                .filter(line -> line.startsWith("echo_received_bytes_total{listener=\"%s\"".formatted(listener)))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void rateAndDurationAndSizeMakeTheFigures() throws Exception {
        double before = received("plain");
        LoadOutput load = load("plain", "--connections 7 --rate 350 --omit 1s --duration 2s --size 300")
                .assertComplete();
        double messages = load.figure("messages");
        // A busy machine may leave some unsent at the end.
        assertThat(messages + load.figure("messagesUnsent")).isEqualTo(700);
        assertThat(messages).isGreaterThan(350);
        assertThat(load.figure("bytes")).isEqualTo(messages * 300);
        assertThat(load.figure("latencyMillis.count")).isEqualTo(messages);
        assertThat(load.figure("latencySinceSentMillis.count")).isEqualTo(messages);
        assertThat(load.figure("seconds")).isBetween(1.9, 3.0);
        assertThat(load.figure("echoesPerSecond")).isCloseTo(messages / load.figure("seconds"), within(1.0));
        assertThat(load.figure("connectMillis.count")).isEqualTo(7);
        // The warm-up has been sent as well.
        assertThat(received("plain") - before).isEqualTo((350 + messages) * 300);
        assertThat(load.events()).hasSizeBetween(3, 5);
        assertThat(JsonPath.<Integer>read(load.events().get(1), "$.connections"))
                .isEqualTo(7);
        assertThat(JsonPath.<Integer>read(load.events().get(1), "$.messages")).isBetween(1, 700);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void everyTransportBringsEveryByte(Transport transport) throws IOException {
        assumeThat(transport.unavailabilityCause()).isNull();
        LoadOutput load = load("plain", "--duration 300ms --size 1000 --pipeline 16 --transport " + transport)
                .assertComplete();
        assertThat(load.events().get(0)).contains("\"transport\":\"%s\"".formatted(transport));
        assertThat(load.figure("messages")).isGreaterThan(50 * 16);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    tls     | --connections 5 --tls --insecure --size 20000 --pipeline 4
                    old     | --connections 5 --insecure --pipeline 4
                    both    | --connections 5 --insecure --proxy v2
                    proxied | --connections 5 --proxy v1
                    proxied | --connections 5 --proxy v2 --threads 1
                    plain   | --connections 2 --size 3MB --pipeline 2
                    plain   | --connections 3 --size 1
                    """)
    void everyByteComesBackThrough(String listener, String options) throws IOException {
        LoadOutput load = load(listener, options + " --duration 300ms").assertComplete();
        assertThat(load.figure("messages")).isPositive();
        if (options.contains("--insecure")) {
            assertThat(load.figure("handshakeMillis.count")).isEqualTo(5);
        }
    }

    @Test
    void rateIsThatOfConnectionsToo() throws Exception {
        double before = received("plain");
        LoadOutput load = load("plain", "--reconnect --connections 7 --rate 350 --omit 1s --duration 2s --size 300")
                .assertComplete();
        double messages = load.figure("messages");
        assertThat(messages + load.figure("messagesUnsent")).isEqualTo(700);
        assertThat(messages).isGreaterThan(350);
        assertThat(load.figure("connectionsComplete")).isEqualTo(350 + messages);
        // The first connection is for the address alone.
        assertThat(load.figure("connectMillis.count")).isEqualTo(350 + messages + 1);
        assertThat(load.figure("latencyMillis.count")).isEqualTo(messages);
        assertThat(received("plain") - before).isEqualTo((350 + messages) * 300);
        assertThat(JsonPath.<Integer>read(load.events().get(1), "$.connections"))
                .isBetween(0, 7);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    plain   | --size 1
                    plain   | --size 3MB
                    plain   | --rate 100 --transport nio
                    tls     | --insecure
                    old     | --insecure
                    both    | --insecure --proxy v2
                    proxied | --proxy v1 --rate 100
                    """)
    void everyMessageComesBackOnAConnectionOfItsOwnThrough(String listener, String options) throws IOException {
        LoadOutput load = load(listener, "--reconnect --connections 5 --duration 300ms " + options)
                .assertComplete();
        assertThat(load.figure("messages")).isPositive();
        assertThat(load.figure("connectionsComplete")).isEqualTo(load.figure("messages"));
        assertThat(load.events().get(0)).contains("\"reconnect\":true");
        if (options.contains("--insecure")) {
            assertThat(load.figure("handshakeMillis.count")).isEqualTo(load.figure("messages") + 1);
        }
    }

    @Test
    void thousandConnectionsAreOpenAtTheSameTime() throws IOException {
        LoadOutput load =
                load("plain", "--connections 1000 --rate 2000 --duration 1s").assertComplete();
        assertThat(load.figure("messages") + load.figure("messagesUnsent")).isEqualTo(2000);
        assertThat(load.figure("connectMillis.count")).isEqualTo(1000);
    }

    @Test
    void connectionsAreOpenedAtTheirRate() throws IOException {
        long start = System.nanoTime();
        load("plain", "--connections 11 --connect-rate 20 --duration 100ms").assertComplete();
        assertThat(System.nanoTime() - start).isGreaterThan(600_000_000);
    }

    @Test
    void startTellsThePortOfTheMetrics() throws IOException {
        LoadOutput load = load("plain", "--connections 1 --duration 100ms --listen localhost:0")
                .assertComplete();
        assertThat(JsonPath.<String>read(load.events().get(0), "$.metricsAddress"))
                .matches("127\\.0\\.0\\.1:[1-9]\\d+");
    }

    @Test
    void histogramHasEveryMessage(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("load.hgrm");
        LoadOutput load = load("plain", "--connections 2 --rate 100 --duration 200ms --histogram " + file)
                .assertComplete();
        int messages = (int) load.figure("messages");
        assertThat(Files.readString(file)).containsPattern("Total count    = +%s\\]".formatted(messages));
    }
}
