package dev.tcpecho.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.EchoApplication;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The whole service as a process of its own, on free ports, with the listener plain. Its output is a pipe, which is
 * read in {@link #awaitOutput(String)} and at its end alone.
 */
public final class ServiceProcess implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    private final Process process;

    private final StringBuilder output = new StringBuilder();

    private ServiceProcess(Process process) {
        this.process = process;
    }

    /** Starts it with properties, of which the last of a name counts. */
    public static ServiceProcess start(String... properties) throws IOException {
        return start(List.of(), properties);
    }

    /** Starts it with options of the JVM, and properties. */
    public static ServiceProcess start(List<String> options, String... properties) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                // As the jar's manifest has them.
                "--enable-native-access=ALL-UNNAMED",
                "--add-opens=java.base/java.nio=ALL-UNNAMED"));
        command.addAll(options);
        command.addAll(List.of(
                "-cp", System.getProperty("java.class.path"), EchoApplication.class.getName(), "--server.port=0"));
        // Spring Boot joins the values of an argument that is given twice.
        Stream<String> port =
                Stream.of(properties).anyMatch(property -> property.startsWith("echo.listeners.plain.port="))
                        ? Stream.empty()
                        : Stream.of("echo.listeners.plain.port=0");
        Stream<String> arguments = Stream.concat(port, Stream.of(properties)).map(property -> "--" + property);
        arguments.forEach(command::add);
        return new ServiceProcess(
                new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    /** Reads the output until it has a text. */
    public void awaitOutput(String text) {
        await().atMost(TIMEOUT).until(() -> {
            read();
            return this.output.indexOf(text) >= 0;
        });
    }

    private void read() throws IOException {
        InputStream in = this.process.getInputStream();
        while (in.available() > 0) {
            this.output.append(new String(in.readNBytes(in.available()), StandardCharsets.UTF_8));
        }
    }

    public long pid() {
        return this.process.pid();
    }

    public InetSocketAddress address(String listener) {
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), port("[ ,]%s on (?:UDP )?\\S+:".formatted(listener)));
    }

    private int port(String before) {
        Matcher port = Pattern.compile(before + "(\\d+)").matcher(this.output);
        assertThat(port.find()).isTrue();
        return Integer.parseInt(port.group(1));
    }

    /** Asks the management port. */
    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://localhost:%s%s".formatted(port("management on port "), path));
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).timeout(TIMEOUT).build(), BodyHandlers.ofString());
    }

    /** Sends SIGTERM, and keeps the output open. */
    public void terminate() {
        this.process.toHandle().destroy();
    }

    /** Waits for the end of the process, with its output unread. */
    public int awaitExit(Duration timeout) throws InterruptedException {
        assertThat(this.process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS))
                .as("ended within %s", timeout)
                .isTrue();
        return this.process.exitValue();
    }

    /** Returns the whole output of a process that has ended. */
    public String output() throws IOException {
        this.output.append(new String(this.process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        return this.output.toString();
    }

    @Override
    public void close() {
        this.process.destroyForcibly();
    }
}
