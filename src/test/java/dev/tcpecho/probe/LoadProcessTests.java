package dev.tcpecho.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.EchoApplication;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code probe load} as a process of its own. */
@Timeout(60)
class LoadProcessTests {

    private static ServerSocket serve() throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        Thread thread = new Thread(() -> {
            try {
                while (true) {
                    Socket client = server.accept();
                    Thread echo = new Thread(() -> {
                        try (client) {
                            client.getInputStream().transferTo(client.getOutputStream());
                        } catch (IOException ex) {
                            // The load sees it.
                        }
                    });
                    echo.setDaemon(true);
                    echo.start();
                }
            } catch (IOException ex) {
                // The test has ended.
            }
        });
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    private static Process load(ServerSocket server, String... options) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Duser.language=fa",
                "-Duser.country=IR",
                "-cp",
                System.getProperty("java.class.path"),
                EchoApplication.class.getName(),
                "probe",
                "load",
                "127.0.0.1:" + server.getLocalPort());
        return new ProcessBuilder(
                        Stream.concat(command.stream(), Stream.of(options)).toList())
                .redirectErrorStream(true)
                .start();
    }

    @Test
    void terminationPrintsWhatWasFoundAndKeepsTheExitCode() throws Exception {
        try (ServerSocket server = serve()) {
            Process process =
                    load(server, "--connections", "3", "--rate", "300", "--duration", "10m", "--output", "ndjson");
            try (BufferedReader out = process.inputReader()) {
                assertThat(out.readLine()).startsWith("{\"event\":\"start\"");
                assertThat(out.readLine()).startsWith("{\"event\":\"interval\"");
                process.toHandle().destroy();
                assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
                assertThat(process.exitValue()).isZero();
                assertThat(out.lines().reduce((first, second) -> second).orElseThrow())
                        .startsWith("{\"event\":\"end\"")
                        .contains("\"exitCode\":0", "\"connectionsComplete\":3", "\"bytesLost\":0", "\"failures\":{}");
            } finally {
                process.destroyForcibly();
            }
        }
    }

    /** Netty and Java's log print nothing of their own. */
    @Test
    void peopleReadTheSameLinesInEveryLanguage() throws Exception {
        try (ServerSocket server = serve()) {
            Process process = load(server, "--connections", "2", "--rate", "100", "--duration", "500ms");
            try (BufferedReader out = process.inputReader()) {
                String times = "p50 [\\d.]+ ms, p90 [\\d.]+ ms, p99 [\\d.]+ ms, p99\\.9 [\\d.]+ ms, max [\\d.]+ ms";
                assertThat(out.lines().collect(Collectors.joining("\n"))).matches("""
                                load of 127\\.0\\.0\\.1:\\d+ by 2 connections; (epoll|nio), event loops: \\d+
                                connections: 2 of 2 opened, 2 complete; to connect: TIMES
                                \\d+ echoes of 512 bytes in \\d\\.\\d{3} s: \\d+ a second, 0\\.\\d{3} MiB a second
                                latency since the planned time: TIMES
                                latency since a message was sent: TIMES
                                (messages whose time had come, and that were not sent: \\d+\n)?bytes lost: 0; failures: none""".replace("TIMES", times));
                assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
                assertThat(process.exitValue()).isZero();
            } finally {
                process.destroyForcibly();
            }
        }
    }
}
