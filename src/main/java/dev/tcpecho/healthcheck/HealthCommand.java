package dev.tcpecho.healthcheck;

import dev.tcpecho.probe.client.ClientTls;
import java.io.IOException;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.HttpsURLConnection;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.support.SpringApplicationJsonEnvironmentPostProcessor;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * The command {@code health}: asks the service in the same container whether it is ready and live, and tells it by its
 * exit code. The service's own configuration says where to ask: the command reads the same files and variables, and the
 * arguments of the service's process.
 */
public final class HealthCommand {

    private static final int HEALTHY = 0;

    private static final int UNHEALTHY = 1;

    private static final int TIMEOUT_MILLIS = 4_000;

    private static final List<String> GROUPS = List.of("readiness", "liveness");

    private HealthCommand() {}

    private enum Answer {
        UP,
        DOWN,

        /** From a port that is not the management server's. */
        NOT_OF_HEALTH
    }

    /**
     * Runs the command and prints one line for each question: what was asked, and the answer.
     *
     * @return the exit code: 0 when the service is ready and live, else 1
     */
    public static int run() {
        Optional<ServiceProcess> process = ServiceProcess.find();
        ManagementServer server = ManagementServer.of(
                environment(process.map(ServiceProcess::arguments).orElse(List.of())));
        List<Integer> ports = (server.port() != 0)
                ? List.of(server.port())
                : process.map(ServiceProcess::listeningPorts).orElse(List.of());
        return run(server, ports, System.out);
    }

    static int run(ManagementServer server, List<Integer> ports, PrintStream out) {
        // Several only where any free port was asked for: the management server opens its own before the listeners.
        for (int port : ports) {
            ManagementServer candidate = server.withPort(port);
            Answer answer = Answer.UP;
            for (int i = 0; i < GROUPS.size() && answer == Answer.UP; i++) {
                answer = ask(candidate.url(GROUPS.get(i)), out);
            }
            if (answer != Answer.NOT_OF_HEALTH) {
                return (answer == Answer.UP) ? HEALTHY : UNHEALTHY;
            }
        }
        return UNHEALTHY;
    }

    static Environment environment(List<String> arguments) {
        ConfigurableEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new SimpleCommandLinePropertySource(arguments.toArray(String[]::new)));
        boolean json = Stream.of(
                        SpringApplicationJsonEnvironmentPostProcessor.SPRING_APPLICATION_JSON_PROPERTY,
                        SpringApplicationJsonEnvironmentPostProcessor.SPRING_APPLICATION_JSON_ENVIRONMENT_VARIABLE)
                .anyMatch(environment::containsProperty);
        if (json) {
            new SpringApplicationJsonEnvironmentPostProcessor()
                    .postProcessEnvironment(environment, new SpringApplication());
        }
        ConfigDataEnvironmentPostProcessor.applyTo(environment);
        ConfigurationPropertySources.attach(environment);
        return environment;
    }

    private static Answer ask(String url, PrintStream out) {
        try {
            int status = status(url);
            out.println("%s: %s".formatted(url, status));
            if (status == HttpURLConnection.HTTP_OK) {
                return Answer.UP;
            }
            // A management server that has not started yet may answer 500.
            return (status >= HttpURLConnection.HTTP_INTERNAL_ERROR) ? Answer.DOWN : Answer.NOT_OF_HEALTH;
        } catch (SocketTimeoutException ex) {
            out.println("%s: no answer within %s ms".formatted(url, TIMEOUT_MILLIS));
            return Answer.DOWN;
        } catch (IOException ex) {
            out.println("%s: %s".formatted(url, ex.getMessage()));
            return Answer.NOT_OF_HEALTH;
        }
    }

    private static int status(String url) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(url).toURL().openConnection(Proxy.NO_PROXY);
        if (connection instanceof HttpsURLConnection https) {
            // It asks this host; the certificate is for the names by which others know the host.
            https.setSSLSocketFactory(ClientTls.trustingEveryone());
            https.setHostnameVerifier((name, session) -> true);
        }
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        connection.setInstanceFollowRedirects(false);
        try {
            return connection.getResponseCode();
        } finally {
            connection.disconnect();
        }
    }
}
