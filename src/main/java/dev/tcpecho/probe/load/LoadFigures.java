package dev.tcpecho.probe.load;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** What all event loops measured together; made when they have ended. */
final class LoadFigures {

    private final Histogram latencies = new Histogram(3);

    private final Histogram latenciesSinceSent = new Histogram(3);

    private final Histogram connects = new Histogram(3);

    private final Histogram handshakes = new Histogram(3);

    private final Map<FailureCause, Long> failures = new EnumMap<>(FailureCause.class);

    private final Map<FailureCause, String> firstFailures = new EnumMap<>(FailureCause.class);

    private final double seconds;

    private long bytesLost;

    private long unsent;

    private int opened;

    private int complete;

    /**
     * Adds up.
     *
     * @param loops each event loop's
     * @param countedFromNanos when messages began to count
     * @param countedUntilNanos when the last was sent at the latest; one may come back later
     */
    LoadFigures(List<LoopFigures> loops, long countedFromNanos, long countedUntilNanos) {
        long nanos = Math.max(0, countedUntilNanos - countedFromNanos);
        for (LoopFigures loop : loops) {
            loop.endInterval();
            this.latencies.add(loop.latencies());
            this.latenciesSinceSent.add(loop.latenciesSinceSent());
            this.connects.add(loop.connects());
            this.handshakes.add(loop.handshakes());
            loop.failures().forEach((cause, count) -> this.failures.merge(cause, count, Long::sum));
            loop.firstFailures().forEach(this.firstFailures::putIfAbsent);
            this.bytesLost += loop.bytesLost();
            this.unsent += loop.unsent();
            this.opened += loop.openedConnections();
            this.complete += loop.completeConnections();
            if (loop.latencies().getTotalCount() > 0) {
                nanos = Math.max(nanos, loop.lastBackNanos() - countedFromNanos);
            }
        }
        this.seconds = nanos / 1e9;
    }

    /** Returns from the planned time of a message to its return, in nanoseconds. */
    Histogram latencies() {
        return this.latencies;
    }

    /** Returns from when a message was sent to its return, in nanoseconds; none without a rate. */
    Histogram latenciesSinceSent() {
        return this.latenciesSinceSent;
    }

    Histogram connects() {
        return this.connects;
    }

    Histogram handshakes() {
        return this.handshakes;
    }

    Map<FailureCause, Long> failures() {
        return this.failures;
    }

    Map<FailureCause, String> firstFailures() {
        return this.firstFailures;
    }

    /** Returns how long messages were counted, until the last of them was back. */
    double seconds() {
        return this.seconds;
    }

    long messages() {
        return this.latencies.getTotalCount();
    }

    double messagesPerSecond() {
        return (this.seconds > 0) ? messages() / this.seconds : 0;
    }

    long bytesLost() {
        return this.bytesLost;
    }

    long unsent() {
        return this.unsent;
    }

    int openedConnections() {
        return this.opened;
    }

    int completeConnections() {
        return this.complete;
    }
}
