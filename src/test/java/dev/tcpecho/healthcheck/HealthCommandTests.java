package dev.tcpecho.healthcheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.EchoApplication;
import dev.tcpecho.server.EchoServer;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** Where the health check looks for the service, and what it makes of the answer. */
class HealthCommandTests {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ''                                                              | http://127.0.0.1:8080/actuator/health/x
                    --server.port=0                                                 | http://127.0.0.1:0/actuator/health/x
                    --server.port=9000 --echo.transport=nio                         | http://127.0.0.1:9000/actuator/health/x
                    --server.address=0.0.0.0                                        | http://127.0.0.1:8080/actuator/health/x
                    --server.address=::1                                            | http://[0:0:0:0:0:0:0:1]:8080/actuator/health/x
                    --server.ssl.bundle=server                                      | https://127.0.0.1:8080/actuator/health/x
                    --server.ssl.enabled=false                                      | http://127.0.0.1:8080/actuator/health/x
                    --spring.webflux.base-path=/ops                                 | http://127.0.0.1:8080/ops/actuator/health/x
                    --management.endpoints.web.base-path=/                          | http://127.0.0.1:8080/health/x
                    --management.endpoints.web.path-mapping.health=well             | http://127.0.0.1:8080/actuator/well/x
                    --management.server.port=8080                                   | http://127.0.0.1:8080/actuator/health/x
                    --management.server.port=9001 --server.ssl.bundle=server        | http://127.0.0.1:9001/actuator/health/x
                    --management.server.port=9001 --management.server.base-path=/ops --spring.webflux.base-path=/a | http://127.0.0.1:9001/ops/actuator/health/x
                    --management.server.port=9001 --management.server.address=127.0.0.2 --management.server.ssl.bundle=server | https://127.0.0.2:9001/actuator/health/x
                    """)
    void argumentsOfTheServiceSayWhereToAsk(String arguments, String url) {
        assertThat(server(arguments.split(" ")).url("x")).isEqualTo(url);
    }

    @Test
    void filesOfTheServiceSayWhereToAskBelowItsArguments(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("application.yml"), "server: {port: 9000, address: 127.0.0.2}");
        assertThat(server("--spring.config.additional-location=file:%s/".formatted(directory), "--server.port=9001")
                        .url("x"))
                .isEqualTo("http://127.0.0.2:9001/actuator/health/x");
    }

    @Test
    void serviceIsHealthyWhileItIsReadyAndLive() throws Exception {
        String[] properties = {
            "--server.port=0",
            "--spring.webflux.base-path=/ops",
            "--echo.listeners.proxied.port=0",
            "--echo.listeners.proxied.proxy-protocol=required",
            "--echo.listeners.proxied.trusted-proxies=127.0.0.0/8",
            "--echo.listeners.proxied.behaviours.corrupt=1KB"
        };
        try (ConfigurableApplicationContext context = start(properties)) {
            int port = port(context, "local.server.port");
            await().until(() -> run(List.of(port), properties) == 0);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            assertThat(HealthCommand.run(server(properties), List.of(port), new PrintStream(out, true)))
                    .isZero();
            String asked = "http://127.0.0.1:%s/ops/actuator/health/".formatted(port);
            assertThat(out.toString(StandardCharsets.UTF_8))
                    .isEqualToNormalizingNewlines(asked + "readiness: 200\n" + asked + "liveness: 200\n");
            context.getBean(EchoServer.class).stop();
            // No other port is asked: this one is the management server's.
            try (ServerSocket listener = new ServerSocket(0)) {
                assertThat(run(List.of(port, listener.getLocalPort()), properties))
                        .isOne();
                listener.setSoTimeout(1);
                assertThatThrownBy(listener::accept).isInstanceOf(SocketTimeoutException.class);
            }
        }
    }

    @Test
    void managementServerOfItsOwnWithTlsIsAsked(@TempDir Path directory) throws Exception {
        X509Bundle certificate = new CertificateBuilder()
                .ecp256()
                .subject("CN=echo.example.com")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Path chain = Files.writeString(directory.resolve("tls.crt"), certificate.getCertificatePathPEM());
        Path key = Files.writeString(directory.resolve("tls.key"), certificate.getPrivateKeyPEM());
        String[] properties = {
            "--server.port=0",
            "--management.server.port=0",
            "--management.server.base-path=/ops",
            "--management.endpoints.web.base-path=/",
            "--management.server.ssl.bundle=server",
            "--spring.ssl.bundle.pem.server.keystore.certificate=file:" + chain,
            "--spring.ssl.bundle.pem.server.keystore.private-key=file:" + key,
            "--echo.listeners.tls.port=0",
            "--echo.listeners.tls.ssl.bundle=server"
        };
        try (ConfigurableApplicationContext context = start(properties)) {
            int management = port(context, "local.management.port");
            int other = port(context, "local.server.port");
            await().until(() -> run(List.of(management), properties) == 0);
            assertThat(run(List.of(other, management), properties)).isZero();
            assertThat(run(List.of(other), properties)).isOne();
        }
    }

    @Test
    void nobodyThereIsUnhealthy() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }
        assertThat(run(List.of(closed))).isOne();
        assertThat(run(List.of())).isOne();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void portsOnWhichAProcessListensAreKnown() throws Exception {
        try (ServerSocket first = new ServerSocket(0);
                ServerSocket second = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThat(new ServiceProcess(Path.of("/proc/self"), List.of()).listeningPorts())
                    .contains(first.getLocalPort(), second.getLocalPort());
        }
    }

    /** Another processor gave the socket that was opened second a lower inode number. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void portThatWasOpenedFirstComesFirst(@TempDir Path process) throws Exception {
        Path descriptors = Files.createDirectory(process.resolve("fd"));
        Files.createSymbolicLink(descriptors.resolve("9"), Path.of("socket:[200]"));
        Files.createSymbolicLink(descriptors.resolve("10"), Path.of("socket:[100]"));
        Files.createSymbolicLink(descriptors.resolve("11"), Path.of("socket:[300]"));
        Files.writeString(Files.createDirectory(process.resolve("net")).resolve("tcp"), """
                sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
                 0: 0100007F:0051 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100 1
                 1: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 200 1
                 2: 0100007F:0052 0100007F:0053 01 00000000:00000000 00:00000000 00000000     0        0 300 1
                """);
        assertThat(new ServiceProcess(process, List.of()).listeningPorts()).containsExactly(80, 81);
    }

    /** As a management server does that is about to start: a listener must not be asked in its place. */
    @Test
    void serverThatFailsIsTheOneToAsk() throws Exception {
        DisposableServer failing = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle((request, response) -> response.status(500).send())
                .bindNow();
        try (ServerSocket listener = new ServerSocket(0)) {
            assertThat(run(List.of(failing.port(), listener.getLocalPort()))).isOne();
            listener.setSoTimeout(1);
            assertThatThrownBy(listener::accept).isInstanceOf(SocketTimeoutException.class);
        } finally {
            failing.disposeNow();
        }
    }

    private static ConfigurableApplicationContext start(String... properties) {
        return new SpringApplication(EchoApplication.class).run(properties);
    }

    private static int port(ConfigurableApplicationContext context, String property) {
        return context.getEnvironment().getRequiredProperty(property, Integer.class);
    }

    private static int run(List<Integer> ports, String... properties) {
        return HealthCommand.run(server(properties), ports, new PrintStream(new ByteArrayOutputStream(), true));
    }

    private static ManagementServer server(String... arguments) {
        return ManagementServer.of(HealthCommand.environment(
                Stream.of(arguments).filter(argument -> !argument.isEmpty()).toList()));
    }
}
