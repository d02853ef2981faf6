package dev.tcpecho.probe.watch;

import java.time.Duration;
import java.util.List;

/**
 * Has the clocks send a message at each tick, and gives up those whose time is up. A tick waits for no earlier message.
 * A client that was not scheduled for a while catches up, and leaves out the ticks that are too old for that.
 */
final class Ticker {

    /** Less is no lateness to speak of. */
    private static final long LATE_NANOS = Duration.ofMillis(20).toNanos();

    private final long intervalNanos;

    private final long timeoutNanos;

    private final long durationNanos;

    private final int size;

    private final List<? extends WatchClock> clocks;

    private final Time time;

    /** When the next message is due. */
    private long tick;

    private long start;

    private long wakeNanos;

    /** Until then, the threads that read what has come have not had their turn: this client was late. */
    private long patienceNanos;

    Ticker(WatchSettings settings, List<? extends WatchClock> clocks, Time time) {
        this.intervalNanos = settings.interval().toNanos();
        this.timeoutNanos = settings.timeout().toNanos();
        Duration duration = settings.duration();
        this.durationNanos = (duration != null) ? duration.toNanos() : Long.MAX_VALUE / 2;
        this.size = settings.size();
        this.clocks = clocks;
        this.time = time;
    }

    /**
     * Runs until it is told to end, or the duration is over, and then waits for what is under way.
     *
     * @param longestWait how long that may take if it was told to end
     */
    void run(Duration longestWait) throws InterruptedException {
        this.start = this.time.now().nanos();
        this.tick = this.start;
        this.wakeNanos = this.start;
        this.patienceNanos = this.start;
        boolean stopped = false;
        while (!stopped && isInDuration()) {
            Moment now = wake();
            long lateness = now.nanos() - this.tick;
            skip(lateness);
            while (isInDuration() && now.nanos() - this.tick >= 0) {
                send(now, lateness);
                this.tick += this.intervalNanos;
            }
            this.wakeNanos = earlierOfDeadlineAnd(this.tick);
            stopped = this.time.sleep(this.wakeNanos - this.time.now().nanos());
        }
        awaitOutcomes(stopped ? longestWait.toNanos() : Long.MAX_VALUE / 2);
    }

    private boolean isInDuration() {
        return this.tick - this.start < this.durationNanos;
    }

    private Moment wake() {
        Moment now = this.time.now();
        long late = now.nanos() - this.wakeNanos;
        if (late > LATE_NANOS) {
            this.patienceNanos = now.nanos() + Math.min(late, this.timeoutNanos);
        }
        if (now.nanos() - this.patienceNanos >= 0) {
            this.clocks.forEach(clock -> clock.expire(now.nanos()));
        }
        return now;
    }

    private void skip(long lateness) {
        if (lateness <= this.timeoutNanos) {
            return;
        }
        long tooOld = (lateness - this.timeoutNanos) / this.intervalNanos + 1;
        long left = (this.durationNanos - (this.tick - this.start) - 1) / this.intervalNanos + 1;
        long skipped = Math.min(tooOld, left);
        this.tick += skipped * this.intervalNanos;
        this.clocks.forEach(clock -> clock.ledger().skipped(skipped, lateness));
    }

    /** Sends with the lateness of the first of the ticks that are due: each of them stands for the whole time. */
    private void send(Moment now, long lateness) {
        for (WatchClock clock : this.clocks) {
            clock.tick(new Message(
                    this.tick, now.time().minusNanos(now.nanos() - this.tick), now.nanos(), lateness, this.size));
        }
    }

    private long earlierOfDeadlineAnd(long nanos) {
        long earliest = nanos;
        for (WatchClock clock : this.clocks) {
            long deadline = clock.ledger()
                    .oldest()
                    .map(message -> message.startNanos() + this.timeoutNanos)
                    .orElse(nanos);
            if (deadline - this.patienceNanos < 0) {
                deadline = this.patienceNanos;
            }
            if (deadline - earliest < 0) {
                earliest = deadline;
            }
        }
        return earliest;
    }

    /** Each message is decided when its time is up. */
    private void awaitOutcomes(long limitNanos) throws InterruptedException {
        long begin = this.time.now().nanos();
        long now = begin;
        while (now - begin < limitNanos && this.clocks.stream().anyMatch(Ticker::isUnderWay)) {
            this.wakeNanos = earlierOfDeadlineAnd(now + Math.min(LATE_NANOS, this.intervalNanos));
            this.time.pause(this.wakeNanos - now);
            now = wake().nanos();
        }
    }

    private static boolean isUnderWay(WatchClock clock) {
        return clock.ledger().underWay() > 0;
    }
}
