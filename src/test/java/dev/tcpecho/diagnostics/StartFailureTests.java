package dev.tcpecho.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.tcpecho.EchoApplication;
import dev.tcpecho.transport.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What a user reads when a wrong configuration stops the start: the exact text, and no stack trace. */
@ExtendWith(OutputCaptureExtension.class)
class StartFailureTests {

    @ParameterizedTest
    @EnumSource(Transport.class)
    void portTaken(Transport transport, CapturedOutput output) throws Exception {
        assumeThat(transport.unavailabilityCause()).isNull();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertStartFails(
                    output,
                    "The listener 'plain' cannot open port %d on '127.0.0.1': the port is already in use."
                            .formatted(port),
                    ("Stop what uses port %d ('ss -ltnp sport = :%d' names it),"
                                    + " or set echo.listeners.plain.port to another port, or to 0 for any free one.")
                            .formatted(port, port),
                    "--echo.transport=" + transport,
                    "--echo.listeners.plain.address=127.0.0.1",
                    "--echo.listeners.plain.port=" + port);
        }
    }

    @Test
    void portTakenLeavesNoOtherListenerOpen(CapturedOutput output) throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        try (ServerSocket taken = new ServerSocket(0)) {
            assertThat(catchThrowable(() -> start(
                            "--echo.listeners.first.port=" + free,
                            "--echo.listeners.second.port=" + taken.getLocalPort())))
                    .isNotNull();
            assertThat(output).contains("The listener 'second' cannot open port");
            try (Socket client = new Socket()) {
                assertThat(catchThrowable(() -> client.connect(new InetSocketAddress("127.0.0.1", free))))
                        .hasMessageContaining("refused");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"-1", "65536"})
    void portOutOfRange(String port, CapturedOutput output) {
        assertStartFails(
                output,
                "echo.listeners.plain.port is '%s', but must be a port from 0 to 65535, where 0 is any free port."
                        .formatted(port),
                "Correct the value of echo.listeners.plain.port.",
                "--echo.listeners.plain.port=" + port);
    }

    @Test
    void unknownTransport(CapturedOutput output) {
        assertStartFails(
                output,
                "echo.transport is 'kqueue', which is not one of its values"
                        + " (\"echo.transport\" from property source \"commandLineArgs\").",
                "Set echo.transport to one of: auto, nio, epoll, io-uring.",
                "--echo.transport=kqueue");
    }

    @Test
    void duplicatePorts(CapturedOutput output) {
        assertStartFails(
                output,
                "The listeners 'a' and 'b' are both to open port 7007.",
                "Set echo.listeners.b.port to another port than 7007, or remove one of the two listeners.",
                "--echo.listeners.a.port=7007",
                "--echo.listeners.b.port=7007");
    }

    @Test
    void unresolvableAddress(CapturedOutput output) {
        assertStartFails(
                output,
                "The listener 'plain' cannot open port 0 on 'no.such.host.invalid': the address does not resolve.",
                "Set echo.listeners.plain.address to an IP address of this host, to a name that resolves to one,"
                        + " or to '::' for every address.",
                "--echo.listeners.plain.address=no.such.host.invalid");
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void addressOfAnotherHost(Transport transport, CapturedOutput output) {
        assumeThat(transport.unavailabilityCause()).isNull();
        assertStartFails(
                output,
                "The listener 'plain' cannot open port 0 on '192.0.2.1': it is not an address of this host.",
                "Set echo.listeners.plain.address to an IP address of this host, to a name that resolves to one,"
                        + " or to '::' for every address.",
                "--echo.transport=" + transport,
                "--echo.listeners.plain.address=192.0.2.1");
    }

    @Test
    void propertyThatDoesNotExist(CapturedOutput output) {
        assertStartFails(
                output,
                "There is no such property: echo.listener.plain.port = '7'"
                        + " (\"echo.listener.plain.port\" from property source \"commandLineArgs\").",
                "Correct its name or remove it; the README lists every property.",
                "--echo.listener.plain.port=7");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
                    echo.drain.timeout,                      -1s, must be 0s or more, -1000ms
                    echo.drain.delay,                        -1s, must be 0s or more, -1000ms
                    echo.drain.quiet,                        -1s, must be 0s or more, -1000ms
                    echo.limits.connections,                 0,   must be 1 or more, 0
                    echo.limits.connections,                 -5,  must be 1 or more, -5
                    echo.limits.connections-per-address,     -1,  'must be 1 or more, or 0 for no limit', -1
                    echo.limits.idle-timeout,                -1s, 'must be 0s or more, where 0s is no limit', -1000ms
                    echo.limits.lifetime,                    -1s, 'must be 0s or more, where 0s is no limit', -1000ms
                    """)
    void valueOutOfRange(String property, String value, String rule, String shown, CapturedOutput output) {
        assertStartFails(
                output,
                "%s is '%s', but %s.".formatted(property, shown, rule),
                "Correct the value of %s.".formatted(property),
                "--" + property + "=" + value);
    }

    @Test
    void everyValueOutOfRangeIsTold(CapturedOutput output) {
        assertThat(catchThrowable(() -> start("--echo.limits.connections=0", "--echo.limits.lifetime=-1s")))
                .isNotNull();
        assertThat(output)
                .contains(
                        "echo.limits.connections is '0', but must be 1 or more.\n",
                        "echo.limits.lifetime is '-1000ms', but must be 0s or more, where 0s is no limit.\n")
                .containsPattern("Correct the value of echo.limits.\\w+ and echo.limits.\\w+\\.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0", "10.0.0.0/33", "localhost/32", "proxy.example", "2001:db8::/129", "-1"})
    void noAddressBlock(String value, CapturedOutput output) {
        for (String property :
                new String[] {"echo.limits.allow", "echo.limits.deny", "echo.listeners.plain.trusted-proxies"}) {
            assertStartFails(
                    output,
                    "%s is '%s', which is not a CIDR block (\"%s\" from property source \"commandLineArgs\")."
                            .formatted(property, value, property),
                    ("Set %s to an IP address, a slash and a prefix length,"
                                    + " for example 10.0.0.0/8, 192.0.2.7/32 or 2001:db8::/32; names are not looked up.")
                            .formatted(property),
                    "--" + property + "=" + value);
        }
    }

    @Test
    void limitThatIsNoNumber(CapturedOutput output) {
        assertStartFails(
                output,
                "echo.limits.connections is 'many', which is not a whole number"
                        + " (\"echo.limits.connections\" from property source \"commandLineArgs\").",
                "Set echo.limits.connections to a whole number, for example 100.",
                "--echo.limits.connections=many");
    }

    @Test
    void unknownProxyProtocol(CapturedOutput output) {
        assertStartFails(
                output,
                "echo.listeners.plain.proxy-protocol is 'v3', which is not one of its values"
                        + " (\"echo.listeners.plain.proxy-protocol\" from property source \"commandLineArgs\").",
                "Set echo.listeners.plain.proxy-protocol to one of: off, optional, required.",
                "--echo.listeners.plain.proxy-protocol=v3");
    }

    @Test
    void requiredProxyProtocolWithoutATrustedProxy(CapturedOutput output) {
        assertStartFails(
                output,
                "echo.listeners.plain.proxy-protocol is 'required', but no proxy is trusted, so that nobody could connect.",
                "Set echo.listeners.plain.trusted-proxies to the CIDR blocks of the proxies, for example 10.0.0.0/8.",
                "--echo.listeners.plain.proxy-protocol=required");
    }

    @Test
    void clientCertificatesWithoutTls(CapturedOutput output) {
        assertStartFails(
                output,
                "echo.listeners.plain.ssl.client-auth is 'need', but without TLS nobody shows a certificate.",
                "Set echo.listeners.plain.ssl.bundle to the SSL bundle with the certificate.",
                "--echo.listeners.plain.ssl.client-auth=need");
    }

    @Test
    void sslBundleThatDoesNotExist(CapturedOutput output) {
        assertStartFails(
                output,
                "echo.listeners.plain.ssl.bundle is 'web', which is no SSL bundle.",
                "Configure that bundle under spring.ssl.bundle.pem or spring.ssl.bundle.jks, or name one of: .",
                "--echo.listeners.plain.ssl.bundle=web");
    }

    /** Found by a bean that only the management port needs, which is made when the listeners are open. */
    @Test
    void healthGroupWithAMemberThatDoesNotExist(CapturedOutput output) {
        assertStartFails(
                output,
                "Health contributor 'disk' defined in 'management.endpoint.health.group.mine.include' does not exist",
                "Update your application to correct the invalid configuration.",
                "--management.endpoint.health.group.mine.include=disk");
    }

    private static void assertStartFails(CapturedOutput output, String description, String action, String... args) {
        assertThat(catchThrowable(() -> start(args))).isNotNull();
        assertThat(output)
                .contains("Description:\n\n" + description + "\n")
                .contains("\nAction:\n\n" + action + "\n")
                .doesNotContain("\tat ")
                .doesNotContain("WARN");
    }

    private static void start(String... args) {
        SpringApplication application = new SpringApplication(EchoApplication.class);
        application.setDefaultProperties(Map.of("echo.listeners.plain.port", "0"));
        // An argument, as application.yml is stronger than a default.
        application
                .run(Stream.concat(Stream.of("--server.port=0"), Stream.of(args))
                        .toArray(String[]::new))
                .close();
    }
}
