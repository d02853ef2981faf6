package dev.tcpecho.probe.watch;

import dev.tcpecho.probe.client.FailureCause;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A time in which messages of a clock did not come back, or in which the connection that stays was lost.
 *
 * @param clock which clock
 * @param start when the first message that is missing was due; if none is, when the connection was lost
 * @param end when the first echo came back after it, or the end of the run
 * @param lasting whether the run ended before it did
 * @param nanos its length
 * @param causes why messages were lost, each cause once, in the order in which they came
 * @param sentence what was seen first, for people
 * @param lostMessages how many messages did not come back
 * @param lostBytes how many of their bytes did not come back
 * @param servedBefore who served before; empty if the service does not tell
 * @param servedAfter who serves after; empty if the service does not tell
 * @param latenessNanos how late this client was at the most, at a tick from the start to the end
 */
record Interruption(
        ClockName clock,
        Instant start,
        Instant end,
        boolean lasting,
        long nanos,
        List<FailureCause> causes,
        String sentence,
        long lostMessages,
        long lostBytes,
        String servedBefore,
        String servedAfter,
        long latenessNanos) {

    /** Less is no lateness to speak of. */
    private static final long LATE_NANOS = Duration.ofMillis(20).toNanos();

    /** Returns the cause of the first loss. */
    FailureCause cause() {
        return this.causes.get(0);
    }

    /** Tells whether this client was so late itself that the service may be innocent. */
    boolean isClientLate() {
        return this.latenessNanos >= Math.max(LATE_NANOS, this.nanos / 2);
    }
}
