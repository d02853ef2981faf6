package dev.tcpecho.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BehaviourMetricsTests {

    private final MeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void aBeanWithTheNameOfABehaviourIsCountedWithIt() {
        BehaviourMetrics metrics =
                new BehaviourMetrics(this.registry, "plain", List.of("delay", "chunk", "delay"), () -> true);
        metrics.acted("delay", 2);
        assertThat(this.registry
                        .get("echo.behaviour.acts")
                        .tag("behaviour", "delay")
                        .functionCounter()
                        .count())
                .isEqualTo(2);
        assertThat(metrics.acts()).isEqualTo(Map.of("delay", 2L, "chunk", 0L));
    }

    @Test
    void aBehaviourThatDoesNotExistIsNotCounted() {
        BehaviourMetrics metrics = new BehaviourMetrics(this.registry, "plain", List.of("delay"), () -> true);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> metrics.acted("nope", 1))
                .withMessage("'nope' is no behaviour: use one of [delay]");
    }
}
