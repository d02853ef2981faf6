package dev.tcpecho.probe.load;

import dev.tcpecho.probe.client.FailureCause;
import java.util.EnumMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** What the connections of one event loop measured. Used on that event loop alone, and by others once it has ended. */
final class LoopFigures {

    private final boolean paced;

    private final Histogram latencies = new Histogram(3);

    private final Histogram latenciesSinceSent = new Histogram(3);

    private final Histogram connects = new Histogram(3);

    private final Histogram handshakes = new Histogram(3);

    private final Map<FailureCause, Long> failures = new EnumMap<>(FailureCause.class);

    private final Map<FailureCause, String> firstFailures = new EnumMap<>(FailureCause.class);

    private final LoadTimes times = new LoadTimes();

    private Histogram interval = new Histogram(3);

    private long countedFromNanos;

    private long lastBackNanos;

    private long messagesBack;

    private long bytesLost;

    private long unsent;

    private int begun;

    private int opened;

    private int complete;

    LoopFigures(boolean paced) {
        this.paced = paced;
    }

    /**
     * Counts messages from a time.
     *
     * @param nanos the time, by {@link System#nanoTime()}
     */
    void countFrom(long nanos) {
        this.countedFromNanos = nanos;
        this.lastBackNanos = nanos;
    }

    /** Takes a message that came back whole, whose times are those of {@link System#nanoTime()}. */
    void messageBack(long planned, long sent, long now) {
        this.messagesBack++;
        if (planned - this.countedFromNanos >= 0) {
            this.lastBackNanos = now;
            this.interval.recordValue(now - planned);
            this.times.latencies().record(now - planned);
            if (this.paced) {
                this.times.roundTrips().record(now - sent);
                this.latenciesSinceSent.recordValue(now - sent);
            }
        }
    }

    void connected(long nanos) {
        this.connects.recordValue(nanos);
        this.times.connects().record(nanos);
    }

    void handshaken(long nanos) {
        this.handshakes.recordValue(nanos);
        this.times.handshakes().record(nanos);
    }

    void begun() {
        this.begun++;
    }

    void opened() {
        this.opened++;
    }

    void completed() {
        this.complete++;
    }

    /** Takes a connection that failed, with a sentence that says how, and what it lost. */
    void failed(FailureCause cause, String sentence, long lost) {
        this.failures.merge(cause, 1L, Long::sum);
        this.firstFailures.putIfAbsent(cause, sentence);
        this.bytesLost += lost;
    }

    /** Takes messages that were planned, and not sent until the end. */
    void unsent(long messages) {
        this.unsent += messages;
    }

    /** Adds what another event loop measured, which has ended. */
    void add(LoopFigures loop) {
        loop.endInterval();
        this.latencies.add(loop.latencies);
        this.latenciesSinceSent.add(loop.latenciesSinceSent);
        this.connects.add(loop.connects);
        this.handshakes.add(loop.handshakes);
        loop.failures.forEach((cause, count) -> this.failures.merge(cause, count, Long::sum));
        loop.firstFailures.forEach(this.firstFailures::putIfAbsent);
        this.bytesLost += loop.bytesLost;
        this.unsent += loop.unsent;
        this.begun += loop.begun;
        this.opened += loop.opened;
        this.complete += loop.complete;
        if (loop.latencies.getTotalCount() > 0 && loop.lastBackNanos - this.lastBackNanos > 0) {
            this.lastBackNanos = loop.lastBackNanos;
        }
    }

    /** Returns what has been counted since the last call. */
    Histogram endInterval() {
        Histogram ended = this.interval;
        this.latencies.add(ended);
        this.interval = new Histogram(3);
        return ended;
    }

    /** Returns the times in the buckets of metrics, of which other threads need a copy. */
    LoadTimes times() {
        return this.times;
    }

    Histogram latencies() {
        return this.latencies;
    }

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

    long lastBackNanos() {
        return this.lastBackNanos;
    }

    /** Returns how many messages came back, those that are not counted too. */
    long messagesBack() {
        return this.messagesBack;
    }

    long bytesLost() {
        return this.bytesLost;
    }

    long unsent() {
        return this.unsent;
    }

    /** Returns how many connections were begun by clients that reconnect. */
    int begunConnections() {
        return this.begun;
    }

    int openedConnections() {
        return this.opened;
    }

    int completeConnections() {
        return this.complete;
    }
}
