package dev.tcpecho.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.testing.RunningService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What strangers can make the management port log, count and hold. */
@ExtendWith(OutputCaptureExtension.class)
class ManagementPortRefusalsTests {

    private static final List<String> BAD_REQUESTS = List.of(
            "hello\r\n\r\n",
            "GET /\r\n\r\n",
            "GET / FOO\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nno colon\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "\26\3\1\2\0\1\0\1\374\3\3 not TLS here\n\n");

    /** Answered with another status than 400, in requests that an HTTP client can send. */
    private static final List<String> OTHERS = List.of(
            "GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "GET /nothing/else HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "BREW /actuator/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "PUT /actuator/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "GET /actuator/health HTTP/1.1\r\nHost: a\r\nAccept: image/png\r\nConnection: close\r\n\r\n",
            "GET /actuator/prometheus HTTP/1.1\r\nHost: a\r\nAccept: " + "text/plain,".repeat(60)
                    + "text/plain\r\nConnection: close\r\n\r\n",
            "GET /" + "a".repeat(5000) + " HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nA: " + "b".repeat(9000) + "\r\n\r\n");

    private static Socket connect(RunningService service, String request) throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), service.managementPort());
        client.setSoTimeout(30_000);
        client.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        return client;
    }

    private static String ask(RunningService service, String request) throws IOException {
        try (Socket client = connect(service, request)) {
            return new String(client.getInputStream().readNBytes("HTTP/1.1 400".length()), StandardCharsets.ISO_8859_1);
        }
    }

    private static List<String> series(RunningService service) throws Exception {
        return service.get("/actuator/prometheus")
                .body()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.substring(0, line.lastIndexOf(' ')))
                // Collections of garbage add series, and no client does.
                .filter(name -> !name.startsWith("jvm_gc"))
                .toList();
    }

    private static long refused(RunningService service, String reason) throws Exception {
        return service.get("/actuator/prometheus")
                .body()
                .lines()
                .filter(line -> line.startsWith("echo_management_refused_total{reason=\"%s\"}".formatted(reason)))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void refusedRequestsAddOneLogLineASecondAndNoSeries(CapturedOutput output) throws Exception {
        try (RunningService service = RunningService.start()) {
            service.get("/actuator/health");
            List<String> series = series(service);
            int before = output.toString().length();
            long startNanos = System.nanoTime();
            for (int i = 0; i < 100; i++) {
                assertThat(ask(service, BAD_REQUESTS.get(i % BAD_REQUESTS.size())))
                        .isEqualTo("HTTP/1.1 400");
            }
            for (String request : OTHERS) {
                assertThat(ask(service, request)).startsWith("HTTP/1.1 4");
            }
            assertThat(refused(service, "bad-request")).isGreaterThanOrEqualTo(100);
            assertThat(refused(service, "not-found")).isEqualTo(2);
            assertThat(refused(service, "method-not-allowed")).isEqualTo(2);
            assertThat(refused(service, "not-acceptable")).isEqualTo(1);
            assertThat(refused(service, "too-large")).isEqualTo(2);
            assertThat(refused(service, "error")).isZero();
            assertThat(series(service)).containsExactlyInAnyOrderElementsOf(series);
            await().untilAsserted(() ->
                    assertThat(output.toString().substring(before)).contains("too-large 2"));
            long seconds = 2 + (System.nanoTime() - startNanos) / 1_000_000_000;
            assertThat(output.toString().substring(before).lines())
                    .allSatisfy(line -> assertThat(line)
                            .containsPattern("INFO .*The management port refused: [a-z0-9, -]+; the first from "))
                    .hasSizeLessThanOrEqualTo((int) seconds);
        }
    }

    /** Both ports are HTTP servers then, though only one of them has anything to tell. */
    @Test
    void anotherPortForManagementHasTheSameBounds(CapturedOutput output) throws Exception {
        try (RunningService service = RunningService.start("management.server.port=0")) {
            assertThat(ask(service, "hello\r\n\r\n")).isEqualTo("HTTP/1.1 400");
            assertThat(refused(service, "bad-request")).isEqualTo(1);
            assertThat(output).doesNotContain("Decoding failed");
            assertTextForWhoeverPrefersProtobuf(service);
        }
    }

    @Test
    void connectionsThatSendNothingKeepNoRequestOut() throws Exception {
        List<Socket> silent = new ArrayList<>();
        try (RunningService service = RunningService.start()) {
            for (int i = 0; i < 40; i++) {
                silent.add(connect(service, ""));
            }
            assertThat(service.get("/actuator/health/liveness").status()).isEqualTo(200);
            await().untilAsserted(() -> assertThat(refused(service, "limit")).isBetween(25L, 40L));
            assertThat(silent.get(0).getInputStream().read()).isEqualTo(-1);
        } finally {
            for (Socket client : silent) {
                client.close();
            }
        }
    }

    @Test
    void requestsAheadOfTheirAnswersEndTheirConnection(CapturedOutput output) throws Exception {
        try (RunningService service = RunningService.start()) {
            try (Socket client = connect(service, "GET /actuator/prometheus HTTP/1.1\r\nHost: a\r\n\r\n".repeat(500))) {
                await().until(() -> refused(service, "limit") == 1);
                assertThat(client.isConnected()).isTrue();
            }
            assertThat(output).doesNotContain("WARN").doesNotContain("ERROR");
        }
    }

    /** Java 24 and later print warnings when the library that writes protobuf is loaded. */
    @Test
    void metricsAreTextForWhoeverPrefersProtobuf() throws Exception {
        try (RunningService service = RunningService.start()) {
            assertTextForWhoeverPrefersProtobuf(service);
        }
        assertThat(Stream.of(System.getProperty("java.class.path").split(":")))
                .noneMatch(library -> library.contains("prometheus-metrics-exposition-formats"));
    }

    private static void assertTextForWhoeverPrefersProtobuf(RunningService service) throws Exception {
        String protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
        for (String accept : List.of(protobuf, protobuf + ";q=0.7,text/plain;version=0.0.4;q=0.3")) {
            RunningService.Answer answer = service.request("GET", "/actuator/prometheus", "", "Accept", accept);
            assertThat(answer.response().headers().firstValue("Content-Type"))
                    .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain;version=0.0.4"));
            assertThat(answer.body()).contains("echo_connections_active{listener=\"plain\"}");
        }
    }
}
