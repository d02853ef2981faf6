package dev.tcpecho.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.server.EchoClient;
import dev.tcpecho.testing.NewCounts;
import dev.tcpecho.testing.TestCertificates;
import dev.tcpecho.transport.Transport;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** What a client of the management port gets that ends its stream behind its requests, on each transport. */
@ParameterizedClass
@EnumSource(Transport.class)
class ManagementHalfCloseTests {

    private static final Duration LONG = Duration.ofMinutes(2);

    /** More than the kernel's buffers take from a server whose client reads nothing. */
    private static final int LARGE = 16 << 20;

    private static final String CLOSE = "Connection: close\r\n";

    private static EventLoopGroup eventLoops;

    @Parameter
    Transport transport;

    @BeforeParameterizedClassInvocation
    static void startEventLoops(Transport transport) {
        assumeThat(transport.unavailabilityCause()).isNull();
        eventLoops = transport.newEventLoopGroup(true);
    }

    @AfterParameterizedClassInvocation
    static void stopEventLoops() {
        eventLoops.shutdownGracefully();
    }

    /** The management server with answers of its own. */
    private static final class Server implements AutoCloseable {

        private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

        private final NewCounts refused;

        private final DisposableServer server;

        Server(Duration timeout, HttpServer http) {
            ManagementRefusals refusals = new ManagementRefusals();
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            refusals.bindTo(registry);
            this.refused = new NewCounts(registry, "echo.management.refused", "reason");
            this.server = new ManagementServerCustomizer(refusals, new ManagementConnections(refusals), timeout)
                    .apply(http.host("127.0.0.1").port(0).runOn(eventLoops))
                    .doOnConnection(connection -> {
                        this.connections.add(connection);
                        connection.onDispose(() -> this.connections.remove(connection));
                    })
                    .route(routes -> routes.get(
                                    "/later",
                                    (request, response) -> response.sendString(
                                            Mono.delay(Duration.ofMillis(20)).map(late -> "answer")))
                            .get(
                                    "/large",
                                    (request, response) -> response.sendByteArray(
                                            Mono.delay(Duration.ofMillis(20)).map(late -> new byte[LARGE])))
                            .get("/never", (request, response) -> Mono.never())
                            .post(
                                    "/body",
                                    (request, response) -> response.sendString(
                                            request.receive().asString().reduce("", String::concat))))
                    .bindNow();
        }

        EchoClient connect() throws IOException {
            return EchoClient.connect((InetSocketAddress) this.server.address());
        }

        String ask(String request) throws IOException {
            try (EchoClient client = connect()) {
                return ManagementHalfCloseTests.ask(client, request);
            }
        }

        @Override
        public void close() {
            this.server.disposeNow();
        }
    }

    private static Server start() {
        return new Server(LONG, HttpServer.create());
    }

    private static String ask(EchoClient client, String request) throws IOException {
        client.send(request.getBytes(StandardCharsets.ISO_8859_1));
        client.halfClose();
        return new String(client.readToEnd(), StandardCharsets.ISO_8859_1);
    }

    private static String get(String path, String version, String headers) {
        return "GET %s HTTP/%s\r\nHost: a\r\n%s\r\n".formatted(path, version, headers);
    }

    private static List<String> answers(String received) {
        return Stream.of(received.split("HTTP/1.1 ")).skip(1).toList();
    }

    @Test
    void wholeRequestsAreAnsweredBeforeTheConnectionCloses() throws Exception {
        try (Server server = start()) {
            for (String request : new String[] {
                get("/later", "1.1", CLOSE), get("/later", "1.1", ""), get("/later", "1.0", ""),
            }) {
                assertThat(server.ask(request))
                        .startsWith("HTTP/1.")
                        .contains(" 200 OK")
                        .contains("answer");
            }
            assertThat(server.ask("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"))
                    .startsWith("HTTP/1.1 200 OK")
                    .contains("body");
            List<String> pipelined = answers(server.ask(get("/later", "1.1", "").repeat(15) + get("/none", "1.1", "")));
            assertThat(pipelined).hasSize(16);
            assertThat(pipelined.subList(0, 15))
                    .allSatisfy(
                            answer -> assertThat(answer).startsWith("200 OK").contains("answer"));
            assertThat(pipelined.get(15)).startsWith("404");
            assertThat(server.refused.look()).containsExactly("not-found");
            await().until(server.connections::isEmpty);
        }
    }

    @Test
    void answerThatTheSendBufferCannotTakeIsWhole() throws Exception {
        try (Server server = start();
                EchoClient client = server.connect()) {
            client.send(get("/large", "1.1", CLOSE).getBytes(StandardCharsets.ISO_8859_1));
            client.halfClose();
            // So that the server's socket is full before the client reads.
            await().pollDelay(Duration.ofMillis(200)).until(() -> true);
            assertThat(client.readToEnd()).hasSizeGreaterThan(LARGE);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\r\n",
                "GET /lat",
                "GET /later HTTP/1.1\r\nHost: a\r\nA",
                "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf",
                "POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf",
            })
    void withoutAWholeRequestTheConnectionClosesAtOnceAndUncounted(String part) throws Exception {
        try (Server server = start()) {
            assertThat(server.ask(part)).isEmpty();
            assertThat(server.ask(get("/later", "1.1", "") + part)).containsOnlyOnce("HTTP/1.1 200 OK");
            assertThat(server.refused.look()).isEmpty();
            await().until(server.connections::isEmpty);
        }
    }

    @Test
    void everyConnectionEndsInTimeForItsOwnReason() throws Exception {
        try (Server server = new Server(Duration.ofSeconds(2), HttpServer.create());
                EchoClient slow = server.connect();
                EchoClient unread = server.connect();
                EchoClient unanswered = server.connect();
                EchoClient keptAlive = server.connect();
                EchoClient silent = server.connect()) {
            slow.send("GET /lat".getBytes(StandardCharsets.ISO_8859_1));
            unread.send(get("/large", "1.1", "").getBytes(StandardCharsets.ISO_8859_1));
            unread.halfClose();
            keptAlive.send(get("/later", "1.1", "").getBytes(StandardCharsets.ISO_8859_1));
            assertThat(ask(unanswered, get("/never", "1.1", ""))).isEmpty();
            assertThat(slow.readToEnd()).isEmpty();
            assertThat(silent.readToEnd()).isEmpty();
            assertThat(keptAlive.readToEnd())
                    .asString(StandardCharsets.ISO_8859_1)
                    .contains("answer");
            await().until(server.connections::isEmpty);
            assertThat(server.refused.look())
                    .containsExactlyInAnyOrder("timeout", "timeout", "timeout", "idle", "idle");
        }
    }

    @Test
    void resetBehindTheEndIsNoticed() throws Exception {
        try (Server server = start()) {
            EchoClient client = server.connect();
            client.send(get("/large", "1.1", "").getBytes(StandardCharsets.ISO_8859_1));
            client.halfClose();
            assertThat(client.read(9)).asString(StandardCharsets.ISO_8859_1).isEqualTo("HTTP/1.1 ");
            assertThat(server.connections).hasSize(1);
            client.reset();
            await().until(server.connections::isEmpty);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void closeNotifyIsTheEndOfTheStreamToo(String version) throws Exception {
        TestCertificates certificates = new TestCertificates();
        SSLContext trust = certificates.client(null);
        SslContext context = SslContextBuilder.forServer(
                        certificates.issue("localhost").toKeyManagerFactory())
                .build();
        try (Server server = new Server(
                LONG, HttpServer.create().secure(tls -> tls.sslContext(context).handshakeTimeout(LONG)))) {
            try (EchoClient plain = server.connect();
                    EchoClient client = plain.startTls(trust, version)) {
                assertThat(answers(ask(client, get("/later", "1.1", "").repeat(16))))
                        .hasSize(16)
                        .allSatisfy(answer -> assertThat(answer).contains("answer"));
            }
            try (EchoClient plain = server.connect();
                    EchoClient client = plain.startTls(trust, version)) {
                assertThat(ask(client, "GET /lat")).isEmpty();
            }
            // A client that ends TCP without TLS.
            try (EchoClient plain = server.connect();
                    EchoClient client = plain.startTls(trust, version)) {
                client.send(get("/later", "1.1", "").getBytes(StandardCharsets.ISO_8859_1));
                plain.halfClose();
                assertThat(client.readToEnd())
                        .asString(StandardCharsets.ISO_8859_1)
                        .contains("answer");
            }
            await().until(server.connections::isEmpty);
            assertThat(server.refused.look()).isEmpty();
            try (EchoClient client = server.connect()) {
                client.send(new byte[] {22, 3, 1});
                client.halfClose();
                assertThat(client.readToEnd()).hasSizeLessThan(100);
            }
            await().untilAsserted(() -> assertThat(server.refused.look()).containsExactly("tls"));
        }
    }
}
