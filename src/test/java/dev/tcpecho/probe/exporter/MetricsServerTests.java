package dev.tcpecho.probe.exporter;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What HTTP clients get of the figures. */
@Timeout(60)
class MetricsServerTests {

    private static final ListenAddress ANY_PORT = new ListenAddress("127.0.0.1", 0);

    private static final Figures FIGURES =
            executor -> CompletableFuture.completedFuture(new Families("test_", "watch", "echo:1")
                    .counter("messages", "Messages", 7)
                    .build());

    private MetricsServer server;

    private MetricsServer start(Figures figures, int most, Duration longest) throws ListenException {
        this.server = MetricsServer.start(ANY_PORT, figures, new ScrapeConnections(most, longest));
        return this.server;
    }

    private void start() throws ListenException {
        this.server = MetricsServer.start(ANY_PORT, FIGURES);
    }

    @AfterEach
    void close() {
        if (this.server != null) {
            this.server.close();
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), this.server.address().getPort());
        socket.setSoTimeout(30_000);
        return socket;
    }

    /** Returns all that comes until the server closes. */
    private String answer(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }

    private String get(String path, String... headers) throws IOException {
        return answer("GET %s HTTP/1.1\r\nHost: probe\r\n%s\r\n"
                .formatted(
                        path,
                        List.of(headers).stream().map(line -> line + "\r\n").reduce("", String::concat)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Accept: */*", "Accept: text/plain;version=0.0.4", "Accept: application/vnd.google.protobuf"})
    void scrapeIsTextInPrometheussOwnFormat(String accept) throws Exception {
        start();
        assertThat(get("/metrics", accept))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n", "connection: close\r\n")
                .contains("\r\n\r\n# HELP tcp_echo_probe_info ", "\n# TYPE test_messages_total counter\n")
                .contains("tcp_echo_probe_info{command=\"watch\",target=\"echo:1\",version=\"unknown\"} 1\n")
                .endsWith("\ntest_messages_total 7.0\n");
    }

    @Test
    void scrapeIsOpenMetricsForWhoAcceptsIt() throws Exception {
        start();
        assertThat(get("/metrics?x=y", "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5"))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n")
                .endsWith("\ntest_messages_total 7.0\n# EOF\n");
    }

    @Test
    void headHasTheLengthAndNoBody() throws Exception {
        start();
        String whole = get("/metrics");
        int length = whole.length() - whole.indexOf("\r\n\r\n") - 4;
        assertThat(answer("HEAD /metrics HTTP/1.1\r\nHost: probe\r\n\r\n"))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("content-length: %s\r\n".formatted(length))
                .endsWith("\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
                    GET / , 404 Not Found, There is nothing but /metrics here.
                    POST /other , 404 Not Found, There is nothing but /metrics here.
                    GET /metrics/ , 404 Not Found, There is nothing but /metrics here.
                    POST /metrics , 405 Method Not Allowed, /metrics takes GET and HEAD alone.
                    DELETE /metrics , 405 Method Not Allowed, /metrics takes GET and HEAD alone.
                    """)
    void anythingElseIsRefusedInOneSentence(String request, String status, String sentence) throws Exception {
        start();
        assertThat(answer(request + " HTTP/1.1\r\nHost: probe\r\ncontent-length: 0\r\n\r\n"))
                .startsWith("HTTP/1.1 %s\r\n".formatted(status))
                .endsWith("\r\n\r\n%s\n".formatted(sentence));
    }

    @Test
    void requestThatIsTooLargeIsRefused() throws Exception {
        start();
        assertThat(get("/" + "x".repeat(1100))).startsWith("HTTP/1.1 414 ");
        assertThat(get("/metrics", "X: " + "x".repeat(9000))).startsWith("HTTP/1.1 431 ");
    }

    @Test
    void newConnectionsCloseTheOldestSoThatAScrapeIsAnswered() throws Exception {
        start(FIGURES, 3, Duration.ofMinutes(5));
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                silent.add(connect());
            }
            assertThat(get("/metrics")).startsWith("HTTP/1.1 200 OK\r\n");
            assertThat(silent.get(0).getInputStream().read()).isEqualTo(-1);
            silent.get(1).getOutputStream().write("GET /metrics HTTP/1.1\r\nHost: probe\r\n\r\n".getBytes(US_ASCII));
            assertThat(silent.get(1).getInputStream().read()).isEqualTo('H');
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void connectionThatIsSlowWithItsRequestIsClosed() throws Exception {
        start(FIGURES, 3, Duration.ofMillis(200));
        assertThat(answer("GET /metrics HTTP/1.1\r\n")).isEmpty();
    }

    @Test
    void connectionWhoseFiguresDoNotComeIsClosed() throws Exception {
        start(executor -> new CompletableFuture<MetricSnapshots>(), 3, Duration.ofMillis(200));
        assertThat(get("/metrics")).isEmpty();
    }

    @Test
    void portInUseIsToldInOneSentence() throws Exception {
        start();
        ListenAddress taken =
                new ListenAddress("127.0.0.1", this.server.address().getPort());
        assertThatExceptionOfType(ListenException.class)
                .isThrownBy(() -> MetricsServer.start(taken, FIGURES))
                .withMessage("that port is in use: choose another, or 0 for any that is free");
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.7", "no-such-host.invalid"})
    void addressOfAnotherHostIsToldInOneSentence(String host) {
        assertThatExceptionOfType(ListenException.class)
                .isThrownBy(() -> MetricsServer.start(new ListenAddress(host, 0), FIGURES))
                .withMessage("this host has no such address: choose one that it has, or a port alone");
    }
}
