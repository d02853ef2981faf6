package dev.tcpecho;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.BehaviourProperties.Chunk;
import dev.tcpecho.BehaviourProperties.Corrupt;
import dev.tcpecho.BehaviourProperties.Delay;
import dev.tcpecho.BehaviourProperties.Distribution;
import dev.tcpecho.BehaviourProperties.Format;
import dev.tcpecho.BehaviourProperties.Greeting;
import dev.tcpecho.BehaviourProperties.Mode;
import dev.tcpecho.BehaviourProperties.Rate;
import dev.tcpecho.BehaviourProperties.Refuse;
import dev.tcpecho.BehaviourProperties.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.util.unit.DataSize;

/** Short forms in YAML, which makes numbers of some. */
class BehaviourShortFormsTests {

    @ParameterizedTest
    @ValueSource(strings = {"%s", "\"%s\""})
    void numberIsReadAsItsText(String notation) {
        String yaml = """
                corrupt: 3000000000
                delay: 0
                rate: 1000
                chunk: 100
                greeting: 220
                refuse: 0.1
                """.replaceAll("(?m): (.*)$", ": " + notation.formatted("$1"));
        assertThat(bind(yaml))
                .isEqualTo(new BehaviourProperties(
                        null,
                        List.of("*"),
                        new Corrupt(DataSize.ofBytes(3_000_000_000L), 1),
                        new Delay(Duration.ZERO, Duration.ZERO, Distribution.UNIFORM, 1),
                        new Rate(DataSize.ofBytes(1000), Scope.CONNECTION, 1),
                        new Chunk(DataSize.ofBytes(100), DataSize.ofBytes(0), Duration.ZERO, 1),
                        null,
                        new Greeting("220", Format.TEXT, 1),
                        null,
                        null,
                        new Refuse(0.1, Mode.RESET),
                        null));
    }

    @Test
    void shareMayBeAWholeNumber() {
        assertThat(bind("refuse: 1").refuse()).isEqualTo(new Refuse(1, Mode.RESET));
    }

    private static BehaviourProperties bind(String behaviours) {
        BehaviourProperties[] bound = new BehaviourProperties[1];
        String yaml = "echo.listeners.plain.behaviours:\n" + behaviours.indent(2);
        new ApplicationContextRunner()
                .withUserConfiguration(Properties.class)
                .withInitializer(context -> {
                    try {
                        new YamlPropertySourceLoader()
                                .load("application.yml", new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)))
                                .forEach(context.getEnvironment().getPropertySources()::addFirst);
                    } catch (IOException ex) {
                        throw new UncheckedIOException(ex);
                    }
                })
                .run(context -> bound[0] = context.getBean(EchoProperties.class)
                        .listeners()
                        .get("plain")
                        .behaviours());
        return bound[0];
    }

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(EchoProperties.class)
    @Import({BehaviourShortForms.class, EchoBindHandlerAdvisor.class})
    static class Properties {}
}
