package dev.tcpecho.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

/** The meters of one listener's behaviours. All of them exist from the start. */
public final class BehaviourMetrics {

    private final Map<String, LongAdder> acted = new LinkedHashMap<>();

    /**
     * Registers the meters.
     *
     * @param registry where to
     * @param listener the listener's name, the value of the tag {@code listener}
     * @param names the names of all behaviours, the values of the tag {@code behaviour}
     * @param active tells whether any of them is in force
     */
    public BehaviourMetrics(MeterRegistry registry, String listener, Collection<String> names, BooleanSupplier active) {
        Tags tags = Tags.of("listener", listener);
        for (String behaviour : names) {
            LongAdder count = new LongAdder();
            this.acted.put(behaviour, count);
            FunctionCounter.builder("echo.behaviour.acts", count, LongAdder::sum)
                    .tags(tags.and("behaviour", behaviour))
                    .description("How often a behaviour did something to a connection since the start")
                    .register(registry);
        }
        Gauge.builder("echo.behaviours.active", active, supplier -> supplier.getAsBoolean() ? 1 : 0)
                .tags(tags)
                .description("1 while any behaviour is in force, else 0")
                .strongReference(true)
                .register(registry);
    }

    /**
     * Counts that a behaviour did something.
     *
     * @param behaviour its name
     * @param times how often, 0 or more
     * @throws IllegalArgumentException if there is no such behaviour
     */
    public void acted(String behaviour, long times) {
        LongAdder count = this.acted.get(behaviour);
        if (count == null) {
            throw new IllegalArgumentException(
                    "'%s' is no behaviour: use one of %s".formatted(behaviour, this.acted.keySet()));
        }
        count.add(times);
    }

    /**
     * Returns how often each behaviour did something.
     *
     * @return the counts since the start by the behaviour's name, in a fixed order
     */
    public Map<String, Long> acts() {
        Map<String, Long> acts = new LinkedHashMap<>();
        this.acted.forEach((behaviour, count) -> acts.put(behaviour, count.sum()));
        return acts;
    }
}
