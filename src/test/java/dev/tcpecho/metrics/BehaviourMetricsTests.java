package dev.tcpecho.metrics;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;

class BehaviourMetricsTests {

    private final MeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void aBehaviourThatDoesNotExistIsNotCounted() {
        BehaviourMetrics metrics = new BehaviourMetrics(this.registry, "plain", List.of("delay"), () -> true);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> metrics.acted("nope", 1))
                .withMessage("'nope' is no behaviour: use one of [delay]");
    }
}
