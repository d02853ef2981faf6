package dev.tcpecho.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProbeConnectionTests {

    @Test
    void triesEveryAddressUntilOneAccepts() throws IOException {
        InetAddress silent = InetAddress.getByName("127.0.0.2");
        InetAddress listening = InetAddress.getByName("127.0.0.1");
        try (ServerSocket server = new ServerSocket(0, 50, listening);
                ProbeConnection connection = ProbeConnection.connect(
                        new InetAddress[] {silent, listening}, server.getLocalPort(), Duration.ofSeconds(5))) {
            assertThat(connection.description())
                    .startsWith("connected to 127.0.0.1:%s in ".formatted(server.getLocalPort()));
        }
    }
}
