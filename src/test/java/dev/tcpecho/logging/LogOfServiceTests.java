package dev.tcpecho.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.server.EchoClient;
import dev.tcpecho.testing.ServiceProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The log of the whole service, on a pipe that somebody reads or that nobody reads. */
@EnabledOnOs(OS.LINUX)
class LogOfServiceTests {

    /** Many for each event loop. */
    private static final int CONNECTIONS = 4 * Runtime.getRuntime().availableProcessors();

    /** The longest stop (timeout, linger and the flush of the log) and what a busy machine adds to it. */
    private static final Duration STOP = Duration.ofSeconds(1 + 2 + 1 + 30);

    private static final Duration END = Duration.ofMinutes(1);

    private static final Pattern DROPPED = Pattern.compile("^echo_log_lines_dropped_total (\\S+)$", Pattern.MULTILINE);

    @Test
    void aLogThatNobodyReadsHoldsUpNoEchoAndNoStop() throws Exception {
        try (ServiceProcess service = ServiceProcess.start(
                "logging.level.reactor.netty=DEBUG",
                "logging.level.io.netty=TRACE",
                "echo.drain.quiet=100ms",
                "echo.drain.timeout=1s")) {
            service.awaitOutput("Started EchoApplication");
            List<EchoClient> open = connect(service);
            await().atMost(END).until(() -> {
                connect(service).forEach(LogOfServiceTests::echoAndClose);
                return dropped(service) > 0;
            });

            open.forEach(LogOfServiceTests::echoAndClose);
            connect(service).forEach(LogOfServiceTests::echoAndClose);
            assertThat(service.get("/actuator/health/liveness").statusCode()).isEqualTo(200);
            List<EchoClient> atStop = connect(service);
            service.terminate();
            assertThat(service.awaitExit(STOP)).isEqualTo(143);
            for (EchoClient client : atStop) {
                assertThat(client.readToEnd()).isEmpty();
                client.close();
            }
        }
    }

    private static List<EchoClient> connect(ServiceProcess service) throws Exception {
        List<EchoClient> clients = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            clients.add(EchoClient.connect(service.address("plain")));
        }
        return clients;
    }

    private static void echoAndClose(EchoClient client) {
        try (client) {
            client.send(new byte[] {1, 2, 3});
            assertThat(client.read(3)).containsExactly(1, 2, 3);
        } catch (Exception ex) {
            throw new AssertionError(ex);
        }
    }

    private static double dropped(ServiceProcess service) throws Exception {
        Matcher dropped = DROPPED.matcher(service.get("/actuator/prometheus").body());
        assertThat(dropped.find()).isTrue();
        return Double.parseDouble(dropped.group(1));
    }

    @Test
    void theLastLineOfAStopIsInTheLogInEveryFormatAndFile(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("service.log");
        try (ServiceProcess service = ServiceProcess.start(
                "logging.structured.format.console=ecs",
                "logging.file.name=" + file,
                "logging.pattern.file=%class{0}.%method %m%n")) {
            service.awaitOutput("Started EchoApplication");
            service.terminate();
            assertThat(service.awaitExit(END)).isEqualTo(143);
            assertThat(service.output().lines())
                    .allMatch(line -> line.startsWith("{\"@timestamp\":"))
                    .anyMatch(line -> line.contains("\"message\":\"Echo stopped: "));
            assertThat(Files.readString(file)).contains("\nConnectionDrain.end Echo stopped: ");
        }
    }

    @Test
    void theSentenceOfAFailedStartIsInTheLog() throws Exception {
        try (ServiceProcess service = ServiceProcess.start("echo.listeners.plain.port=99999")) {
            assertThat(service.awaitExit(END)).isOne();
            assertThat(service.output())
                    .contains("echo.listeners.plain.port is '99999'")
                    .contains("Action:");
        }
    }
}
