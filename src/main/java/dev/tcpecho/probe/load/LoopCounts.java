package dev.tcpecho.probe.load;

import dev.tcpecho.probe.client.FailureCause;
import java.util.EnumMap;
import java.util.Map;

/**
 * What the connections of one event loop, or of all, did until a moment of the run.
 *
 * @param open connections that are open
 * @param opened connections that have been open
 * @param complete those that had every byte back, and then a clean end
 * @param failures how many failed, by cause
 * @param bytesLost bytes that were sent, and did not come back as they were sent
 * @param unsent messages that were planned and not sent
 * @param times how long messages and connects took
 */
record LoopCounts(
        long open,
        long opened,
        long complete,
        Map<FailureCause, Long> failures,
        long bytesLost,
        long unsent,
        LoadTimes times) {

    /** Of no event loop. */
    static LoopCounts none() {
        Map<FailureCause, Long> failures = new EnumMap<>(FailureCause.class);
        for (FailureCause cause : FailureCause.values()) {
            failures.put(cause, 0L);
        }
        return new LoopCounts(0, 0, 0, failures, 0, 0, new LoadTimes());
    }

    /** Copies what an event loop has, on that event loop. */
    static LoopCounts of(LoadLoop loop) {
        LoopFigures figures = loop.figures();
        return new LoopCounts(
                loop.openConnections(),
                figures.openedConnections(),
                figures.completeConnections(),
                Map.copyOf(figures.failures()),
                figures.bytesLost(),
                figures.unsent(),
                figures.times().copy());
    }

    LoopCounts plus(LoopCounts other) {
        Map<FailureCause, Long> sum = new EnumMap<>(this.failures);
        other.failures.forEach((cause, count) -> sum.merge(cause, count, Long::sum));
        LoadTimes together = this.times.copy();
        together.add(other.times);
        return new LoopCounts(
                this.open + other.open,
                this.opened + other.opened,
                this.complete + other.complete,
                sum,
                this.bytesLost + other.bytesLost,
                this.unsent + other.unsent,
                together);
    }
}
