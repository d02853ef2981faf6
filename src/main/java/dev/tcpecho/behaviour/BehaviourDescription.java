package dev.tcpecho.behaviour;

import dev.tcpecho.BehaviourProperties;
import dev.tcpecho.BehaviourProperties.After;
import dev.tcpecho.Durations;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes behaviours as the configuration has them, so that what is told can be set again. */
final class BehaviourDescription {

    private final Map<String, Object> settings = new LinkedHashMap<>();

    private BehaviourDescription() {}

    /** Describes what is set, each behaviour with all its settings. */
    static Map<String, Object> of(BehaviourProperties properties, List<String> beans) {
        BehaviourDescription all = new BehaviourDescription();
        all.add("seed", properties.seed());
        if (!beans.isEmpty() || properties.beans().isEmpty()) {
            all.add("beans", beans);
        }
        if (properties.corrupt() != null) {
            all.add(
                    Corrupt.NAME,
                    new BehaviourDescription()
                            .add("one-bit-in", properties.corrupt().oneBitIn())
                            .add("probability", properties.corrupt().probability()));
        }
        if (properties.delay() != null) {
            all.add(
                    Delay.NAME,
                    new BehaviourDescription()
                            .add("duration", properties.delay().duration())
                            .add("jitter", properties.delay().jitter())
                            .add("distribution", properties.delay().distribution())
                            .add("probability", properties.delay().probability()));
        }
        if (properties.rate() != null) {
            all.add(
                    Rate.NAME,
                    new BehaviourDescription()
                            .add("bytes-per-second", properties.rate().bytesPerSecond())
                            .add("scope", properties.rate().scope())
                            .add("probability", properties.rate().probability()));
        }
        if (properties.chunk() != null) {
            all.add(
                    Chunk.NAME,
                    new BehaviourDescription()
                            .add("size", properties.chunk().size())
                            .add("variation", properties.chunk().variation())
                            .add("pause", properties.chunk().pause())
                            .add("probability", properties.chunk().probability()));
        }
        all.add(StallAfter.NAME, properties.stallAfter());
        if (properties.greeting() != null) {
            all.add(
                    Greeting.NAME,
                    new BehaviourDescription()
                            .add("text", escape(properties.greeting().text()))
                            .add("format", properties.greeting().format())
                            .add("probability", properties.greeting().probability()));
        }
        all.add(EndAfter.CLOSE, properties.closeAfter());
        all.add(EndAfter.RESET, properties.resetAfter());
        if (properties.refuse() != null) {
            all.add(
                    BehaviourSets.REFUSE,
                    new BehaviourDescription()
                            .add("share", properties.refuse().share())
                            .add("mode", properties.refuse().mode()));
        }
        if (properties.loss() != null) {
            all.add(
                    DatagramFaults.LOSS,
                    new BehaviourDescription()
                            .add("probability", properties.loss().probability()));
        }
        return all.settings;
    }

    private void add(String name, @Nullable After after) {
        if (after != null) {
            add(
                    name,
                    new BehaviourDescription()
                            .add("bytes", after.bytes())
                            .add("time", after.time())
                            .add("probability", after.probability()));
        }
    }

    private void add(String name, BehaviourDescription settings) {
        this.settings.put(name, settings.settings);
    }

    /** Writes line breaks as the configuration may, so that a set is one line of the log. */
    private static String escape(String text) {
        return text.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t");
    }

    private BehaviourDescription add(String name, @Nullable Object value) {
        if (value instanceof Duration duration) {
            this.settings.put(name, Durations.print(duration));
        } else if (value instanceof Enum<?> constant) {
            this.settings.put(name, constant.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        } else if (value instanceof Number || value instanceof Iterable<?>) {
            this.settings.put(name, value);
        } else if (value != null) {
            this.settings.put(name, value.toString());
        }
        return this;
    }
}
