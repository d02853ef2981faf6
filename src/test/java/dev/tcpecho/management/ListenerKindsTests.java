package dev.tcpecho.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.server.DatagramClient;
import dev.tcpecho.testing.RunningService;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What the management port and the log tell of listeners that are none of TCP. */
@ExtendWith(OutputCaptureExtension.class)
class ListenerKindsTests {

    @Test
    @SuppressWarnings("unchecked")
    void healthLogAndMetricsKnowEveryKind(@TempDir Path directory, CapturedOutput output) throws Exception {
        String path = directory.resolve("echo.sock").toString();
        try (RunningService service = RunningService.startSwitchable(
                "echo.listeners.dgram.protocol=udp",
                "echo.listeners.dgram.address=127.0.0.1",
                "echo.listeners.dgram.port=0",
                "echo.listeners.local.path=" + path)) {
            int port = service.address("dgram").getPort();
            Map<String, Object> listeners = listeners(service);
            assertThat((Map<String, Object>) listeners.get("dgram"))
                    .containsExactlyInAnyOrderEntriesOf(
                            Map.of("protocol", "udp", "address", "127.0.0.1", "port", port));
            assertThat((Map<String, Object>) listeners.get("local")).containsExactly(Map.entry("path", path));
            assertThat((Map<String, Object>) listeners.get("plain")).containsOnlyKeys("address", "port");
            assertThat(output).contains("dgram on UDP 127.0.0.1:%s, local on %s, plain on ".formatted(port, path));
            assertThat(service.get("/actuator/prometheus").body())
                    .contains("echo_datagrams_received_total{listener=\"dgram\"} 0.0")
                    .contains("echo_datagrams_dropped_total{listener=\"dgram\",reason=\"own-port\"} 0.0")
                    .contains("echo_connections_accepted_total{listener=\"local\"} 0.0")
                    .doesNotContain("echo_connections_accepted_total{listener=\"dgram\"}")
                    .doesNotContain("echo_datagrams_received_total{listener=\"plain\"}");
        }
    }

    @Test
    void behavioursOfDatagramsAreSwitched() throws Exception {
        try (RunningService service = RunningService.startSwitchable(
                        "echo.listeners.dgram.protocol=udp",
                        "echo.listeners.dgram.address=127.0.0.1",
                        "echo.listeners.dgram.port=0");
                DatagramClient client = DatagramClient.connect(
                        "127.0.0.1", service.address("dgram").getPort())) {
            assertThat(client.ask(new byte[] {1})).containsExactly(1);
            assertThat(service.post("/actuator/behaviours/dgram", "{\"loss\": 1}")
                            .status())
                    .isEqualTo(200);
            client.send(new byte[] {2});
            await().untilAsserted(() -> assertThat(
                            service.get("/actuator/prometheus").body())
                    .contains("echo_behaviour_acts_total{behaviour=\"loss\",listener=\"dgram\"} 1.0")
                    .contains("echo_datagrams_dropped_total{listener=\"dgram\",reason=\"behaviour\"} 1.0"));
            assertThat(service.post("/actuator/behaviours/dgram", "{\"greeting\": \"hello\"}")
                            .json())
                    .containsEntry("error", "greeting is set, but a UDP listener has no connections.");
            assertThat(service.post("/actuator/behaviours/plain", "{\"loss\": 1}")
                            .json())
                    .containsEntry("error", "loss is set, but a TCP listener echoes no datagrams.");
            assertThat(service.delete("/actuator/behaviours/dgram").status()).isEqualTo(200);
            assertThat(client.ask(new byte[] {3})).containsExactly(3);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> listeners(RunningService service) throws Exception {
        Map<String, Object> components =
                (Map<String, Object>) service.get("/actuator/health").json().get("components");
        Map<String, Object> echo = (Map<String, Object>) components.get("echo");
        return (Map<String, Object>) ((Map<String, Object>) echo.get("details")).get("listeners");
    }
}
