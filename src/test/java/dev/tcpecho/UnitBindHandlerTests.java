package dev.tcpecho;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.MapPropertySource;

/** Every duration of the configuration, however it is written. */
class UnitBindHandlerTests {

    private static final String BEHAVIOURS = "echo.listeners.plain.behaviours.";

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withUserConfiguration(EchoConfiguration.class);

    @ParameterizedTest
    @MethodSource("durations")
    void numberWithoutAUnitIsRefused(String property) {
        for (Object value : List.of(300, "300", "+300", "-5", 1, "${count}")) {
            this.runner
                    .withInitializer(context -> context.getEnvironment()
                            .getPropertySources()
                            .addFirst(new MapPropertySource(
                                    "test", Map.of(property, value, "count", "300", BEHAVIOURS + "chunk.size", "1B"))))
                    .run(context -> assertThat(context)
                            .as("%s: %s", property, value)
                            .getFailure()
                            .hasRootCauseExactlyInstanceOf(MissingUnitException.class)
                            .rootCause()
                            .hasMessage("'%s' has no unit".formatted(value.equals("${count}") ? "300" : value)));
        }
    }

    static Stream<String> durations() {
        return Stream.concat(
                durations("echo", EchoProperties.class),
                // Their short forms.
                Stream.of("delay", "stall-after", "close-after", "reset-after").map(BEHAVIOURS::concat));
    }

    private static Stream<String> durations(String prefix, Class<?> type) {
        return Arrays.stream(type.getRecordComponents()).flatMap(component -> durations(prefix, component));
    }

    private static Stream<String> durations(String prefix, RecordComponent component) {
        String name = prefix + "." + DataObjectPropertyName.toDashedForm(component.getName());
        Class<?> type = component.getType();
        if (type == Duration.class) {
            return Stream.of(name);
        }
        if (type == Map.class) {
            return durations(name + ".plain", (Class<?>)
                    ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[1]);
        }
        return type.isRecord() ? durations(name, type) : Stream.empty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "00", "-0", "0s", "PT0S"})
    void zeroNeedsNoUnit(String zero) {
        this.runner
                .withPropertyValues("echo.limits.idle-timeout=" + zero, BEHAVIOURS + "delay=" + zero)
                .run(context -> {
                    EchoProperties properties = context.getBean(EchoProperties.class);
                    assertThat(properties.limits().idleTimeout()).isZero();
                    assertThat(properties.listeners().get("plain").behaviours().delay())
                            .isEqualTo(BehaviourProperties.Delay.valueOf("0s"));
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"300s", "5m", "PT5M", "${minutes}m"})
    void durationWithAUnitIsTaken(String duration) {
        this.runner
                .withPropertyValues("minutes=5", "echo.limits.idle-timeout=" + duration)
                .run(context -> assertThat(
                                context.getBean(EchoProperties.class).limits().idleTimeout())
                        .hasMinutes(5));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(EchoProperties.class)
    @Import({BehaviourShortForms.class, EchoBindHandlerAdvisor.class})
    static class EchoConfiguration {}
}
