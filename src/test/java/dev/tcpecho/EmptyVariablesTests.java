package dev.tcpecho;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** An empty environment variable is as if it were not set, whatever the type of its property. */
class EmptyVariablesTests {

    private static final String VARIABLES = """
            ECHO_TRANSPORT ECHO_LISTENERS ECHO_LISTENERS_PLAIN ECHO_LIMITS ECHO_DRAIN ECHO_NOPE ECHO_LIMITS_NOPE
            ECHO_LISTENERS_PLAIN_PORT ECHO_LISTENERS_PLAIN_ADDRESS ECHO_LISTENERS_PLAIN_BACKLOG
            ECHO_LISTENERS_PLAIN_REUSEPORT ECHO_LISTENERS_PLAIN_SSL_BUNDLE ECHO_LISTENERS_PLAIN_SSL_CLIENT_AUTH
            ECHO_LISTENERS_PLAIN_PROXYPROTOCOL ECHO_LISTENERS_PLAIN_TRUSTEDPROXIES
            ECHO_LISTENERS_PLAIN_BEHAVIOURS_SEED ECHO_LISTENERS_PLAIN_BEHAVIOURS_BEANS
            ECHO_LISTENERS_PLAIN_BEHAVIOURS_DELAY ECHO_LISTENERS_PLAIN_BEHAVIOURS_DELAY_DURATION
            ECHO_LISTENERS_PLAIN_BEHAVIOURS_GREETING ECHO_LISTENERS_PLAIN_BEHAVIOURS_REFUSE
            ECHO_LISTENERS_PLAIN_BEHAVIOURS_CLOSE_AFTER echo.listeners.plain.behaviours.chunk
            ECHO_LISTENERS_WEB_PORT ECHO_LIMITS_CONNECTIONS ECHO_LIMITS_CONNECTIONSPERADDRESS ECHO_LIMITS_IDLETIMEOUT
            ECHO_LIMITS_LIFETIME ECHO_LIMITS_ALLOW ECHO_LIMITS_DENY_0 ECHO_DRAIN_DELAY ECHO_DRAIN_QUIET
            """;

    @Test
    void everyEmptyVariableLeavesTheFilesValue() {
        Map<String, Object> variables = new LinkedHashMap<>();
        Stream.of(VARIABLES.split("\\s+")).forEach(variable -> variables.put(variable, ""));
        variables.put("ECHO_DRAIN_TIMEOUT", "9s");
        SpringApplication application = new SpringApplication(EchoApplication.class);
        application.setEnvironment(environment(variables));
        application.setDefaultProperties(Map.of(
                "echo.limits.idle-timeout", "7s", "echo.limits.connections", "8", "echo.listeners.plain.port", "0"));
        try (ConfigurableApplicationContext context = application.run("--server.port=0")) {
            EchoProperties properties = context.getBean(EchoProperties.class);
            assertThat(properties.listeners()).containsOnlyKeys("plain");
            assertThat(properties.limits().idleTimeout()).isEqualTo(Duration.ofSeconds(7));
            assertThat(properties.limits().connections()).isEqualTo(ConnectionLimit.valueOf(8));
            assertThat(properties.drain().timeout()).isEqualTo(Duration.ofSeconds(9));
        }
    }

    private static StandardEnvironment environment(Map<String, Object> variables) {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
        return environment;
    }
}
