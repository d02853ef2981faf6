package dev.tcpecho.probe.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectorTests {

    private static Connector connector(int port) {
        return new Connector(new ConnectSettings(
                new Target.Tcp("echo.example", port), AddressFamily.ANY, Duration.ofSeconds(5), null, null));
    }

    @Test
    void triesEveryAddressUntilOneAcceptsAndTellsWhatTheOthersSaid() throws Exception {
        InetAddress silent = InetAddress.getByName("127.0.0.2");
        InetAddress listening = InetAddress.getByName("127.0.0.1");
        try (ServerSocket server = new ServerSocket(0, 50, listening)) {
            int port = server.getLocalPort();
            try (ProbeConnection connection = connector(port)
                    .connect(List.of(new InetSocketAddress(silent, port), new InetSocketAddress(listening, port)))) {
                assertThat(connection.description())
                        .matches(
                                "connected to 127\\.0\\.0\\.1:%s in [\\d.]+ ms, after 127\\.0\\.0\\.2:%s said Connection refused"
                                        .formatted(port, port));
            }
        }
    }

    @Test
    void tellsWhatEveryAddressSaidWhenNoneAccepts() throws Exception {
        int port;
        try (ServerSocket server = new ServerSocket(0)) {
            port = server.getLocalPort();
        }
        List<InetSocketAddress> silent =
                List.of(new InetSocketAddress("127.0.0.2", port), new InetSocketAddress("127.0.0.3", port));
        assertThatExceptionOfType(NotConnectedException.class)
                .isThrownBy(() -> connector(port).connect(silent))
                .withMessage(
                        "cannot connect to echo.example:%s: 127.0.0.2:%s said Connection refused,"
                                + " 127.0.0.3:%s said Connection refused",
                        port, port, port);
    }
}
