package dev.tcpecho.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tcpecho.EchoApplication;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What a user reads when a listener of datagrams stops the start. */
@ExtendWith(OutputCaptureExtension.class)
class DatagramListenerFailureTests {

    private static void assertFails(CapturedOutput output, String description, String action, String... properties) {
        Map<String, String> all = new LinkedHashMap<>(Map.of("server.port", "0", "L.protocol", "udp", "L.port", "0"));
        for (String property : properties) {
            String[] parts = property.split("=", 2);
            all.put(parts[0], parts[1]);
        }
        Throwable failure = catchThrowable(() -> new SpringApplication(EchoApplication.class)
                .run(all.entrySet().stream()
                        .map(property -> "--%s=%s".formatted(inFull(property.getKey()), property.getValue()))
                        .toArray(String[]::new))
                .close());
        assertThat(failure).isNotNull();
        assertThat(output)
                .contains(inFull(description))
                .contains("Action:\n\n" + inFull(action))
                .doesNotContain("\tat ");
    }

    private static String inFull(String text) {
        return text.replaceAll("\\bL\\.", "echo.listeners.dgram.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"::", "0.0.0.0", "192.0.2.1"})
    void clientsThatAreNotNamed(String address, CapturedOutput output) {
        assertFails(
                output,
                "L.protocol is 'udp' on '%s', but echo.limits.allow is not set: anyone could have datagrams sent to somebody else"
                        .formatted(address),
                "Set echo.limits.allow to the CIDR blocks of the clients, for example 10.0.0.0/8, or L.address to 127.0.0.1 or ::1.",
                "L.address=" + address);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    L.ssl.bundle=server                                         | L.ssl
                    L.backlog=10                                                | L.backlog
                    L.proxy-protocol=required L.trusted-proxies=10.0.0.0/8      | L.proxy-protocol
                    """)
    void whatOnlyConnectionsHave(String settings, String property, CapturedOutput output) {
        assertFails(
                output,
                "%s is set, but a UDP listener has no connections".formatted(property),
                "Remove %s, or set L.protocol to tcp.".formatted(property),
                Stream.concat(Stream.of("L.address=127.0.0.1"), Stream.of(settings.split(" ")))
                        .toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource({
        "rate=1KB, rate",
        "chunk=1B, chunk",
        "stall-after=1B, stall-after",
        "greeting=hello, greeting",
        "close-after=1B, close-after",
        "reset-after=1B, reset-after",
        "refuse=0.5, refuse"
    })
    void behavioursOfConnections(String setting, String behaviour, CapturedOutput output) {
        assertFails(
                output,
                "L.behaviours.%s is set, but a UDP listener has no connections".formatted(behaviour),
                "Remove L.behaviours.%s; datagrams can have delay, corrupt and loss.".formatted(behaviour),
                "L.address=127.0.0.1",
                "L.behaviours." + setting);
    }

    @Test
    void twoListenersOnOnePort(CapturedOutput output) {
        assertFails(
                output,
                "The listeners 'dgram' and 'other' are both to open UDP port 7007",
                "Set echo.listeners.other.port to another port than 7007, or remove one of the two listeners.",
                "L.address=127.0.0.1",
                "L.port=7007",
                "echo.listeners.other.protocol=udp",
                "echo.listeners.other.address=127.0.0.1",
                "echo.listeners.other.port=7007");
    }

    @Test
    void lossOfAConnection(CapturedOutput output) {
        assertFails(
                output,
                "L.behaviours.loss is set, but a TCP listener echoes no datagrams",
                "Remove L.behaviours.loss, or set the protocol of the listener to udp.",
                "L.protocol=tcp",
                "L.behaviours.loss=0.1");
    }

    @ParameterizedTest
    @CsvSource({"1.5, must be a share from 0 to 1", "-0.1, must be a share from 0 to 1"})
    void lossThatIsNoShare(String loss, String rule, CapturedOutput output) {
        assertFails(
                output,
                "L.behaviours.loss.probability is '%s', but %s".formatted(loss, rule),
                "Correct the value of L.behaviours.loss.probability.",
                "L.address=127.0.0.1",
                "L.behaviours.loss=" + loss);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void portOfAnotherProcess(String transport, CapturedOutput output) throws Exception {
        try (DatagramSocket other = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            int port = other.getLocalPort();
            assertFails(
                    output,
                    "The listener 'dgram' cannot open port %s on '0.0.0.0': the port is already in use."
                            .formatted(port),
                    ("Stop what uses port %s ('ss -lunp sport = :%s' names it), or set L.port to another port,"
                                    + " or to 0 for any free one.")
                            .formatted(port, port),
                    "echo.transport=" + transport,
                    "echo.limits.allow=127.0.0.0/8",
                    "L.address=0.0.0.0",
                    "L.port=" + port);
        }
    }

    @Test
    void broadcastAddress(CapturedOutput output) {
        assertFails(
                output,
                "The listener 'dgram' cannot open port 0 on '127.255.255.255': it is a broadcast address.",
                "Set L.address to an IP address of this host",
                "echo.limits.allow=127.0.0.0/8",
                "L.address=127.255.255.255");
    }
}
