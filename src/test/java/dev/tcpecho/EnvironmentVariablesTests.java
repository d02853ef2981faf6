package dev.tcpecho;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.EchoProperties.Listener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;

/** What environment variables set beside a file: each a property that is meant, or none. */
@ExtendWith(OutputCaptureExtension.class)
class EnvironmentVariablesTests {

    private static final String LISTENERS = "echo.listeners: ";

    @ParameterizedTest
    @CsvSource({
        "plain-tcp, ECHO_LISTENERS_PLAINTCP_PORT",
        "plain-tcp, ECHO_LISTENERS_PLAIN_TCP_PORT",
        "plain-tcp, echo.listeners.plain-tcp.port",
        "plain-tcp, echo_listeners_plaintcp_port",
        "webOne,    ECHO_LISTENERS_WEBONE_PORT",
        "web_one,   ECHO_LISTENERS_WEB_ONE_PORT",
        "web_one,   ECHO_LISTENERS_WEBONE_PORT",
        "web1,      ECHO_LISTENERS_WEB1_PORT"
    })
    void variableSetsTheListenerOfTheFile(String listener, String variable) {
        run(LISTENERS + "{%s: {port: 7, backlog: 5}}".formatted(listener), Map.of(variable, "8"), context -> {
            Map<String, Listener> listeners = listeners(context);
            assertThat(listeners).containsOnlyKeys(listener);
            assertThat(listeners.get(listener)).extracting("port", "backlog").containsExactly(8, 5);
        });
    }

    @Test
    void variableOfAListenerWithAnotherNameInTheFileIsTold(CapturedOutput output) {
        run(
                LISTENERS + "{plain-tcp: {port: 7}, other: {port: 9}}",
                Map.of("ECHO_LISTENERS_PLAINTCP_PORT", "8", "ECHO_LISTENERS_PLAINTCP_BACKLOG", "5"),
                context -> assertThat(listeners(context)).containsOnlyKeys("plain-tcp", "other"));
        assertThat(output)
                .containsOnlyOnce("Echo listener plain-tcp has properties from ECHO_LISTENERS_PLAINTCP_BACKLOG,"
                        + " ECHO_LISTENERS_PLAINTCP_PORT: a variable has its name without dashes and capitals");
    }

    @Test
    void variableMakesAListenerThatNoFileHas(CapturedOutput output) {
        run(
                LISTENERS + "{plain: {port: 7}}",
                Map.of("ECHO_LISTENERS_WEB_PORT", "8"),
                context -> assertThat(listeners(context)).containsOnlyKeys("plain", "web"));
        assertThat(output).doesNotContain("Echo listener");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    webOne      | ECHO_LISTENERS_WEB_ONE_PORT             | Write ECHO_LISTENERS_WEBONE_PORT for echo.listeners.webOne.port.
                    webone      | ECHO_LISTENERS_WEB_ONE_REUSE_PORT       | Write ECHO_LISTENERS_WEBONE_REUSEPORT for echo.listeners.webone.reuse-port.
                    '"[a.b]"'   | ECHO_LISTENERS_A_B_PORT                 | Set echo.listeners[a.b].port in a file or on the command line, because no environment variable can.
                    plain       | ECHO_LISTENERS_PLAIN_PROT               | Correct its name or remove it; the README and docs/behaviours.md list every property.
                    plain       | ECHO_LISTENERS_PLAIN_TRUSTED_PROXY_0    | Correct its name or remove it; the README and docs/behaviours.md list every property.
                    plain       | ECHO_LIMITS_IDLETIME_OUT                | Write ECHO_LIMITS_IDLETIMEOUT for echo.limits.idle-timeout.
                    plain       | ECHO_LIMITS_CONECTIONS                  | Correct its name or remove it; the README and docs/behaviours.md list every property.
                    plain       | echo.drain.timout                       | Correct its name or remove it; the README and docs/behaviours.md list every property.
                    """)
    void variableThatSetsNothingIsRefused(String listener, String variable, String action) {
        run(
                LISTENERS + "{%s: {port: 7}}".formatted(listener),
                Map.of(variable, "8"),
                context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(EchoConfigurationException.class, failure -> {
                            assertThat(failure)
                                    .hasMessage("The environment variable %s sets no property.".formatted(variable));
                            assertThat(failure.action()).isEqualTo(action);
                        }));
    }

    /**
     * Spring Boot reads one of them, whichever way it is spelled, and no setting beside a value that stands for all.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ECHO_LIMITS_IDLETIMEOUT=1s ECHO_LIMITS_IDLE_TIMEOUT=2s        | The environment variable ECHO_LIMITS_IDLE_TIMEOUT has no effect, because ECHO_LIMITS_IDLETIMEOUT sets echo.limits.idle-timeout. | Remove one of the two.
                    ECHO_LIMITS_CONNECTIONS=1 echo_limits_connections=2           | The environment variable echo_limits_connections has no effect, because ECHO_LIMITS_CONNECTIONS sets echo.limits.connections. | Remove one of the two.
                    ECHO_LIMITS_ALLOW=10.0.0.0/8 ECHO_LIMITS_ALLOW_0=11.0.0.0/8   | The environment variable ECHO_LIMITS_ALLOW_0 has no effect, because ECHO_LIMITS_ALLOW sets echo.limits.allow. | Remove one of the two.
                    {}TRUSTEDPROXIES=10.0.0.0/8 {}TRUSTED_PROXIES=11.0.0.0/8      | The environment variable {}TRUSTED_PROXIES has no effect, because {}TRUSTEDPROXIES sets echo.listeners.plain.trusted-proxies. | Remove one of the two.
                    {}BEHAVIOURS_DELAY=1s {}BEHAVIOURS_DELAY_JITTER=1ms           | The environment variable {}BEHAVIOURS_DELAY_JITTER has no effect, because B.delay is '1s'. | Remove one of the two, or write the value of B.delay as a setting below it, as docs/behaviours.md shows.
                    {}BEHAVIOURS_CLOSEAFTER=1KB {}BEHAVIOURS_CLOSE_AFTER_TIME=1s  | The environment variable {}BEHAVIOURS_CLOSE_AFTER_TIME has no effect, because B.close-after is '1KB'. | Remove one of the two, or write the value of B.close-after as a setting below it, as docs/behaviours.md shows.
                    {}BEHAVIOURS_CHUNK_PAUSE=1ms                                  | The environment variable {}BEHAVIOURS_CHUNK_PAUSE has no effect, because B.chunk is '1B'. | Remove one of the two, or write the value of B.chunk as a setting below it, as docs/behaviours.md shows.
                    """)
    void variableThatAnotherSettingHidesIsRefused(String variables, String message, String action) {
        run(
                "echo.listeners.plain: {port: 7, behaviours: {chunk: 1B}}",
                environment(variables.replace("{}", "ECHO_LISTENERS_PLAIN_")),
                context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(EchoConfigurationException.class, failure -> {
                            assertThat(failure).hasMessage(inFull(message));
                            assertThat(failure.action()).isEqualTo(inFull(action));
                        }));
    }

    private static String inFull(String text) {
        return text.replace("{}", "ECHO_LISTENERS_PLAIN_").replace("B.", "echo.listeners.plain.behaviours.");
    }

    private static Map<String, Object> environment(String variables) {
        Map<String, Object> environment = new LinkedHashMap<>();
        Stream.of(variables.split(" "))
                .map(variable -> variable.split("="))
                .forEach(variable -> environment.put(variable[0], variable[1]));
        return environment;
    }

    /** Each of these is known, though a stronger source hides some, and others have a listener of their own. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ECHO_TRANSPORT=nio",
                "ECHO_LIMITS_IDLETIMEOUT=1s",
                "ECHO_LIMITS_IDLE_TIMEOUT=1s",
                "ECHO_LIMITS_CONNECTIONS=7",
                "ECHO_LIMITS_ALLOW=10.0.0.0/8",
                "ECHO_LIMITS_ALLOW_0=10.0.0.0/8 ECHO_LIMITS_ALLOW_1=11.0.0.0/8",
                "ECHO_LIMITS_DENY_0=10.0.0.0/8 ECHO_LIMITS_DENY_1=11.0.0.0/8",
                "ECHO_DRAIN_QUIET=1s",
                "ECHO_LISTENERS_PLAIN_PORT=8",
                "ECHO_LISTENERS_PLAIN_REUSE_PORT=true ECHO_LISTENERS_PLAIN_PROXYPROTOCOL=optional",
                "ECHO_LISTENERS_PLAIN_TRUSTEDPROXIES_0=10.0.0.0/8 ECHO_LISTENERS_PLAIN_TRUSTEDPROXIES_1=11.0.0.0/8",
                "ECHO_LISTENERS_PLAIN_TRUSTED_PROXIES_0=10.0.0.0/8",
                "ECHO_LISTENERS_PLAIN_SSL_CLIENTAUTH=none",
                "ECHO_LISTENERS_PLAIN_BEHAVIOURS_STALL_AFTER=1KB",
                "ECHO_LISTENERS_PLAIN_BEHAVIOURS_DELAY_DURATION=1s ECHO_LISTENERS_PLAIN_BEHAVIOURS_DELAY_JITTER=1ms",
                "ECHO_LISTENERS_PLAIN_BEHAVIOURS_BEANS_0=a",
                "ECHO_PORT=tcp://10.0.0.1:7 ECHO_SERVICE_HOST=10.0.0.1 ECHO_PORT_7_TCP_ADDR=10.0.0.1"
            })
    void variableOfAPropertyIsTaken(String variables) {
        run("""
                echo.listeners.plain.port: 7
                echo.limits: {allow: [192.0.2.0/24], deny: [192.0.2.0/24]}
                """, environment(variables), context -> assertThat(context).hasNotFailed());
    }

    @Test
    void listenersWhoseNamesDifferInDashesAndCapitalsAreRefused() {
        run(
                LISTENERS + "{web-one: {port: 7}, webOne: {port: 8}}",
                Map.of(),
                context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(EchoConfigurationException.class)
                        .hasMessageMatching(
                                "The listeners 'web-?[oO]ne' and 'web-?[oO]ne' have the same name to Spring Boot,"
                                        + " which ignores dashes and capitals."));
    }

    @Test
    void listenerThatNoVariableCanSetIsTold(CapturedOutput output) {
        run(
                LISTENERS + "{'[a.b]': {port: 7}, plain-tcp: {port: 8}}",
                Map.of(),
                context -> assertThat(listeners(context)).containsOnlyKeys("a.b", "plain-tcp"));
        assertThat(output)
                .containsOnlyOnce("No environment variable can set")
                .contains("No environment variable can set a property of the listener 'a.b':");
    }

    private static Map<String, Listener> listeners(AssertableApplicationContext context) {
        return context.getBean(EchoProperties.class).listeners();
    }

    private static void run(
            String yaml, Map<String, Object> environment, ContextConsumer<AssertableApplicationContext> consumer) {
        new ApplicationContextRunner()
                .withUserConfiguration(EchoConfiguration.class)
                .withInitializer(context -> {
                    MutablePropertySources sources = context.getEnvironment().getPropertySources();
                    sources.replace(
                            StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                            new SystemEnvironmentPropertySource(
                                    StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, environment));
                    try {
                        new YamlPropertySourceLoader()
                                .load("application.yml", new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)))
                                .forEach(sources::addLast);
                    } catch (IOException ex) {
                        throw new UncheckedIOException(ex);
                    }
                })
                .run(consumer);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(EchoProperties.class)
    @Import({BehaviourShortForms.class, EchoBindHandlerAdvisor.class})
    static class EchoConfiguration {}
}
