package dev.tcpecho.probe.watch;

import dev.tcpecho.probe.client.FailureCause;
import java.util.EnumMap;
import java.util.Map;

/** The interruptions of one clock in the whole run. */
final class Totals {

    private final Map<FailureCause, Long> causes = new EnumMap<>(FailureCause.class);

    private long count;

    private long longestNanos;

    private long nanos;

    void add(Interruption interruption) {
        this.count++;
        this.longestNanos = Math.max(this.longestNanos, interruption.nanos());
        this.nanos += interruption.nanos();
        this.causes.merge(interruption.cause(), 1L, Long::sum);
    }

    long count() {
        return this.count;
    }

    long longestNanos() {
        return this.longestNanos;
    }

    /** Returns how long they were together. */
    long nanos() {
        return this.nanos;
    }

    /** Returns how many there were of each first cause. */
    Map<FailureCause, Long> causes() {
        return this.causes;
    }
}
