package dev.tcpecho;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.server.EchoServer;
import dev.tcpecho.transport.TransportChoice;
import io.netty.channel.EventLoopGroup;
import io.netty.util.Version;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.json.BasicJsonTester;
import org.springframework.boot.test.json.JsonContent;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The whole service, seen through its management port. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"echo.listeners.plain.port=0", "management.endpoint.health.show-details=always"})
@ExtendWith(OutputCaptureExtension.class)
class EchoApplicationTests {

    private final BasicJsonTester json = new BasicJsonTester(getClass());

    private final HttpClient http = HttpClient.newHttpClient();

    @LocalServerPort
    private int managementPort;

    @Autowired
    private EchoServer server;

    @Autowired
    private EventLoopGroup eventLoops;

    @Test
    void healthTellsWhereEachListenerListensAndTheTransport() throws Exception {
        JsonContent<Object> health = json("/actuator/health");
        assertThat(health).extractingJsonPathValue("components.echo.status").isEqualTo("UP");
        assertThat(health)
                .extractingJsonPathValue("components.echo.details.listeners.plain.address")
                .isEqualTo("::");
        assertThat(health)
                .extractingJsonPathValue("components.echo.details.listeners.plain.port")
                .isEqualTo(port());
        assertThat(health)
                .extractingJsonPathValue("components.echo.details.transport")
                .isEqualTo(TransportChoice.AUTO.resolve().toString());
    }

    @Test
    void readinessIncludesTheEchoAndIsOutOfServiceWhileItIsStopped() throws Exception {
        assertThat(json("/actuator/health/readiness"))
                .extractingJsonPathValue("components.echo.status")
                .isEqualTo("UP");
        this.server.stop();
        try {
            assertThat(get("/actuator/health/readiness").statusCode()).isEqualTo(503);
        } finally {
            this.server.start();
        }
        assertThat(get("/actuator/health/readiness").statusCode()).isEqualTo(200);
    }

    @Test
    void livenessIsDownWhileAnEventLoopIsStalled() throws Exception {
        assertThat(get("/actuator/health/liveness").statusCode()).isEqualTo(200);
        CountDownLatch release = new CountDownLatch(1);
        this.eventLoops.next().execute(() -> {
            try {
                release.await();
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
        });
        await().untilAsserted(() ->
                assertThat(get("/actuator/health/liveness").statusCode()).isEqualTo(503));
        release.countDown();
        await().untilAsserted(() ->
                assertThat(get("/actuator/health/liveness").statusCode()).isEqualTo(200));
    }

    @Test
    void infoTellsVersionCommitTimeJavaAndTransport() throws Exception {
        JsonContent<Object> info = json("/actuator/info");
        assertThat(info).extractingJsonPathStringValue("build.version").isNotEmpty();
        assertThat(info).extractingJsonPathStringValue("git.commit.time").isNotEmpty();
        assertThat(info).extractingJsonPathStringValue("java.version").isEqualTo(System.getProperty("java.version"));
        assertThat(info)
                .extractingJsonPathStringValue("echo.transport")
                .isEqualTo(TransportChoice.AUTO.resolve().toString());
    }

    @Test
    void onlyHealthInfoMetricsPrometheusAndSbomAreExposed() throws Exception {
        assertThat(json("/actuator"))
                .extractingJsonPathMapValue("_links")
                .containsOnlyKeys(
                        "self",
                        "health",
                        "health-path",
                        "info",
                        "metrics",
                        "metrics-requiredMetricName",
                        "prometheus",
                        "sbom",
                        "sbom-id");
        assertThat(get("/").statusCode()).isEqualTo(404);
    }

    @Test
    void sbomNamesTheNettyThatRunsAndNoLibraryOfTheTests() throws Exception {
        JsonContent<Object> sbom = json("/actuator/sbom/application");
        assertThat(sbom).extractingJsonPathStringValue("bomFormat").isEqualTo("CycloneDX");
        assertThat(sbom)
                .extractingJsonPathArrayValue(
                        "components[?(@.group == 'io.netty' && @.name == 'netty-transport')].version")
                .containsExactly(Version.identify().get("netty-transport").artifactVersion());
        assertThat(sbom)
                .extractingJsonPathArrayValue("components[*].name")
                .doesNotContain("spring-boot-starter-test", "junit-jupiter-api", "netty-pkitesting", "jazzer-junit");
    }

    @Test
    void prometheusHasEverySeriesOfTheListener() throws Exception {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port())) {
            client.getOutputStream().write(new byte[] {1, 2, 3});
            assertThat(client.getInputStream().readNBytes(3)).containsExactly(1, 2, 3);
            assertThat(get("/actuator/prometheus").body()).contains("echo_connections_active{listener=\"plain\"} 1.0");
        }
        await().untilAsserted(() -> assertThat(get("/actuator/prometheus").body())
                .contains(
                        "echo_connections_active{listener=\"plain\"} 0.0",
                        "echo_connections_accepted_total{listener=\"plain\"} ",
                        "echo_connections_closed_total{listener=\"plain\",reason=\"client\"} ",
                        "echo_connections_closed_total{listener=\"plain\",reason=\"probe\"} ",
                        "echo_connections_closed_total{listener=\"plain\",reason=\"drain\"} ",
                        "echo_connections_closed_total{listener=\"plain\",reason=\"reset\"} ",
                        "echo_connections_closed_total{listener=\"plain\",reason=\"error\"} ",
                        "echo_connections_closed_total{listener=\"plain\",reason=\"idle\"} ",
                        "echo_connections_closed_total{listener=\"plain\",reason=\"lifetime\"} ",
                        "echo_connections_rejected_total{listener=\"plain\",reason=\"limit\"} ",
                        "echo_connections_rejected_total{listener=\"plain\",reason=\"address-limit\"} ",
                        "echo_connections_rejected_total{listener=\"plain\",reason=\"denied\"} ",
                        "echo_connections_rejected_total{listener=\"plain\",reason=\"tls\"} ",
                        "echo_connections_rejected_total{listener=\"plain\",reason=\"proxy-protocol-missing\"} ",
                        "echo_connections_rejected_total{listener=\"plain\",reason=\"proxy-protocol-bad\"} ",
                        "echo_connections_rejected_total{listener=\"plain\",reason=\"proxy-protocol-untrusted\"} ",
                        "echo_accept_failures_total{listener=\"plain\"} 0.0",
                        "echo_management_accept_failures_total 0.0",
                        "echo_management_refused_total{reason=\"bad-request\"} ",
                        "echo_management_refused_total{reason=\"error\"} ",
                        "echo_management_refused_total{reason=\"idle\"} ",
                        "echo_management_refused_total{reason=\"limit\"} ",
                        "echo_management_refused_total{reason=\"method-not-allowed\"} ",
                        "echo_management_refused_total{reason=\"not-acceptable\"} ",
                        "echo_management_refused_total{reason=\"not-found\"} ",
                        "echo_management_refused_total{reason=\"other\"} ",
                        "echo_management_refused_total{reason=\"timeout\"} ",
                        "echo_management_refused_total{reason=\"tls\"} ",
                        "echo_management_refused_total{reason=\"too-large\"} ",
                        "echo_connections_limit 10000.0",
                        "echo_draining 0.0",
                        "echo_drain_remaining_seconds 20.0",
                        "echo_event_loops_stalled 0.0",
                        "echo_log_lines_dropped_total 0.0",
                        "netty_allocator_memory_used{",
                        "echo_received_bytes_total{listener=\"plain\"} 3.0",
                        "echo_sent_bytes_total{listener=\"plain\"} 3.0",
                        "echo_connection_duration_seconds_count{listener=\"plain\"} 1",
                        "echo_transport{transport=\"" + TransportChoice.AUTO.resolve() + "\"} 1.0"));
    }

    @Test
    void namesThatSelectMetricsHaveNoSuffixOfTheirSeries() throws Exception {
        assertThat(get("/actuator/prometheus?includedNames=echo_received_bytes,echo_connection_duration_seconds")
                        .body())
                .contains("echo_received_bytes_total{", "echo_connection_duration_seconds_count{")
                .doesNotContain("echo_sent_bytes", "jvm_");
        for (String series : List.of("echo_received_bytes_total", "echo_connection_duration_seconds_count")) {
            assertThat(get("/actuator/prometheus?includedNames=" + series).body())
                    .isEmpty();
        }
    }

    @Test
    void startLineNamesTheManagementPort(CapturedOutput output) {
        this.server.stop();
        this.server.start();
        assertThat(output)
                .contains(
                        "Echo started: plain on [::]:%s; transport %s; 10000 connections at most; management on port %s"
                                .formatted(port(), TransportChoice.AUTO.resolve(), this.managementPort));
    }

    private int port() {
        return this.server.addresses().get("plain").getPort();
    }

    private JsonContent<Object> json(String path) throws IOException, InterruptedException {
        return this.json.from(get(path).body());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://localhost:" + this.managementPort + path);
        return this.http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
}
