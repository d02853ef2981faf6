package dev.tcpecho.management;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import dev.tcpecho.EchoApplication;
import dev.tcpecho.server.EchoServer;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.json.BasicJsonTester;
import org.springframework.context.ConfigurableApplicationContext;

/** What the management port shows to a stranger, and what it shows when it is told to. */
class ManagementPortTests {

    private static final String EVERYTHING = "management.endpoints.web.exposure.include=*";

    private final BasicJsonTester json = new BasicJsonTester(getClass());

    private static ConfigurableApplicationContext start(String... properties) {
        return new SpringApplication(EchoApplication.class)
                .run(Stream.concat(Stream.of("server.port=0", "echo.listeners.plain.port=0"), Stream.of(properties))
                        .map(property -> "--" + property)
                        .toArray(String[]::new));
    }

    private static HttpResponse<String> request(ConfigurableApplicationContext context, String method, String path)
            throws Exception {
        String port = context.getEnvironment().getProperty("local.server.port");
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                                .method(method, BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.ofString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/health", "/actuator/health/liveness", "/actuator/health/readiness"})
    void healthTellsItsStatusAndNothingElse(String path) throws Exception {
        try (ConfigurableApplicationContext context = start()) {
            assertThat(this.json.from(request(context, "GET", path).body()))
                    .extractingJsonPathMapValue("$")
                    .containsEntry("status", "UP")
                    .doesNotContainKeys("components", "details");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"connections", "env", "beans", "configprops", "heapdump", "threaddump", "loggers"})
    void whatIsNotForStrangersIsNotFound(String endpoint) throws Exception {
        try (ConfigurableApplicationContext context = start()) {
            assertThat(request(context, "GET", "/actuator/" + endpoint).statusCode())
                    .isEqualTo(404);
        }
    }

    @ParameterizedTest
    @CsvSource({"/actuator/loggers/dev.tcpecho, 405", "/actuator/shutdown, 404"})
    void nothingCanBeChangedEvenIfEverythingIsExposed(String path, int status) throws Exception {
        try (ConfigurableApplicationContext context = start(EVERYTHING)) {
            assertThat(request(context, "POST", path).statusCode()).isEqualTo(status);
        }
    }

    /** A new version of Spring Boot may have one more. */
    @Test
    void everythingExposedIsWhatTheReadmeNames() throws Exception {
        try (ConfigurableApplicationContext context = start(EVERYTHING)) {
            assertThat(JsonPath.<Map<String, Object>>read(
                                    request(context, "GET", "/actuator").body(), "$._links")
                            .keySet()
                            .stream()
                            .filter(link -> !link.contains("-") && !link.equals("self")))
                    .containsExactlyInAnyOrder(
                            "beans",
                            "behaviours",
                            "conditions",
                            "configprops",
                            "connections",
                            "env",
                            "health",
                            "info",
                            "loggers",
                            "mappings",
                            "metrics",
                            "prometheus",
                            "sbom",
                            "scheduledtasks",
                            "threaddump");
        }
    }

    @Test
    void everyEndpointAnswersAClientThatHalfClosesBehindItsRequest() throws Exception {
        try (ConfigurableApplicationContext context = start(EVERYTHING)) {
            Map<String, Map<String, Object>> links =
                    JsonPath.read(request(context, "GET", "/actuator").body(), "$._links");
            for (Map<String, Object> link : links.values()) {
                String path = URI.create(link.get("href").toString().replaceAll("[{].*", ""))
                        .getPath();
                assertThat(askAndHalfClose(context, "GET %s HTTP/1.0\r\n\r\n".formatted(path)))
                        .as(path)
                        .startsWith("HTTP/1.0 ");
                assertThat(askAndHalfClose(context, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n".formatted(path)))
                        .as(path)
                        .startsWith("HTTP/1.1 ");
            }
        }
    }

    private static String askAndHalfClose(ConfigurableApplicationContext context, String request) throws Exception {
        int port = context.getEnvironment().getRequiredProperty("local.server.port", int.class);
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(30_000);
            client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            client.shutdownOutput();
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void connectionsShowsAHundredUnlessItIsAskedForMore() throws Exception {
        try (ConfigurableApplicationContext context = start(EVERYTHING)) {
            List<Socket> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 101; i++) {
                    clients.add(connect(context, ""));
                }
                assertThat(shown(context, "")).isEqualTo(100);
                assertThat(shown(context, "?limit=101")).isEqualTo(101);
                assertThat(shown(context, "?limit=1000")).isEqualTo(101);
                assertThat(shown(context, "?limit=0")).isZero();
            } finally {
                for (Socket client : clients) {
                    client.close();
                }
            }
        }
    }

    private int shown(ConfigurableApplicationContext context, String query) throws Exception {
        String body = request(context, "GET", "/actuator/connections" + query).body();
        assertThat(this.json.from(body)).extractingJsonPathNumberValue("open").isEqualTo(101);
        return JsonPath.<List<Object>>read(body, "$.connections").size();
    }

    /** Otherwise each start of the service would begin new series. */
    @Test
    void noSeriesIsNamedAfterAnObjectInMemory() throws Exception {
        try (ConfigurableApplicationContext context = start()) {
            assertThat(request(context, "GET", "/actuator/prometheus").body())
                    .contains(
                            "netty_allocator_memory_used{allocator_type=\"AdaptiveByteBufAllocator\",id=\"default\",memory_type=\"direct\"} ",
                            "netty_allocator_memory_used{allocator_type=\"AdaptiveByteBufAllocator\",id=\"default\",memory_type=\"heap\"} ")
                    .doesNotContainPattern("id=\"-?[0-9]+\"");
        }
    }

    @Test
    void durationsAreCountedInFourteenBucketsForEachListener() throws Exception {
        try (ConfigurableApplicationContext context = start()) {
            assertThat(request(context, "GET", "/actuator/prometheus").body().lines())
                    .filteredOn(line -> line.startsWith("echo_connection_duration_seconds_bucket{listener=\"plain\","))
                    .hasSize(14);
        }
    }

    @Test
    void connectionsShowsTheClientThatATrustedProxyNamed() throws Exception {
        try (ConfigurableApplicationContext context = start(
                        EVERYTHING,
                        "echo.listeners.plain.proxy-protocol=optional",
                        "echo.listeners.plain.trusted-proxies=127.0.0.0/8");
                Socket proxied = connect(context, "PROXY TCP4 192.0.2.7 198.51.100.1 1 2\r\n");
                Socket direct = connect(context, "")) {
            assertThat(this.json.from(
                            request(context, "GET", "/actuator/connections").body()))
                    .isEqualToJson("""
                            {"open": 2, "connections": [
                                {"listener": "plain", "client": "192.0.2.7", "heldBytes": 0},
                                {"listener": "plain", "client": "127.0.0.1", "heldBytes": 0}]}
                            """);
            assertThat(this.json.from(request(context, "GET", "/actuator/connections?limit=1")
                            .body()))
                    .isEqualToJson("""
                            {"open": 2, "connections": [{"client": "192.0.2.7"}]}
                            """);
            assertThat(direct.isConnected() && proxied.isConnected()).isTrue();
        }
    }

    private static Socket connect(ConfigurableApplicationContext context, String header) throws Exception {
        int port = context.getBean(EchoServer.class).addresses().get("plain").getPort();
        Socket client = new Socket(InetAddress.getByName("127.0.0.1"), port);
        client.getOutputStream().write((header + "x").getBytes(StandardCharsets.US_ASCII));
        assertThat(client.getInputStream().read()).isEqualTo('x');
        return client;
    }
}
