package dev.tcpecho.testing;

import dev.tcpecho.EchoApplication;
import dev.tcpecho.server.EchoServer;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The whole service on free ports, with the listener plain, and a client of its management port. Only one at a time, as
 * all management servers of a process share event loops, which end with any of them.
 */
public final class RunningService implements AutoCloseable {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final ConfigurableApplicationContext context;

    private RunningService(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** Starts it with properties, of which the last of a name counts. */
    public static RunningService start(String... properties) {
        Map<String, String> all = new LinkedHashMap<>(Map.of("server.port", "0", "echo.listeners.plain.port", "0"));
        for (String property : properties) {
            String[] parts = property.split("=", 2);
            all.put(parts[0], parts[1]);
        }
        return new RunningService(new SpringApplication(EchoApplication.class)
                .run(all.entrySet().stream()
                        .map(property -> "--%s=%s".formatted(property.getKey(), property.getValue()))
                        .toArray(String[]::new)));
    }

    /** Starts it with the endpoint that switches behaviours. */
    public static RunningService startSwitchable(String... properties) {
        return start(Stream.concat(
                        Stream.of(
                                "management.endpoints.web.exposure.include=behaviours,connections,health,prometheus",
                                "management.endpoints.access.max-permitted=unrestricted",
                                "management.endpoint.behaviours.access=unrestricted",
                                "management.endpoint.health.show-details=always"),
                        Stream.of(properties))
                .toArray(String[]::new));
    }

    public EchoServer server() {
        return this.context.getBean(EchoServer.class);
    }

    public EventLoopGroup eventLoops() {
        return this.context.getBean("echoEventLoops", EventLoopGroup.class);
    }

    public InetSocketAddress address() {
        return address("plain");
    }

    public InetSocketAddress address(String listener) {
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(),
                server().addresses().get(listener).getPort());
    }

    public int managementPort() {
        return this.context.getEnvironment().getRequiredProperty("local.management.port", int.class);
    }

    public Answer get(String path) throws IOException, InterruptedException {
        return request("GET", path, "");
    }

    public Answer post(String path, String body) throws IOException, InterruptedException {
        return request("POST", path, body);
    }

    public Answer delete(String path) throws IOException, InterruptedException {
        return request("DELETE", path, "");
    }

    /** Sends a request to the management port, with headers that follow as names and values. */
    public Answer request(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + managementPort() + path))
                .timeout(TIMEOUT)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return new Answer(HTTP.send(request.build(), BodyHandlers.ofString()));
    }

    @Override
    public void close() {
        this.context.close();
    }

    /**
     * What the management port answers.
     *
     * @param response the response
     */
    public record Answer(HttpResponse<String> response) {

        public int status() {
            return this.response.statusCode();
        }

        public String body() {
            return this.response.body();
        }

        public Map<String, Object> json() {
            return JsonParserFactory.getJsonParser().parseMap(body());
        }
    }
}
