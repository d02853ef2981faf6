package dev.tcpecho.behaviour;

import java.util.concurrent.atomic.AtomicLong;

/** Gives out times one after another, each with its distance to the next; to several connections if they share it. */
final class Pace {

    private static final long NOT_YET = Long.MIN_VALUE;

    private final long slackNanos;

    private final AtomicLong next = new AtomicLong(NOT_YET);

    /**
     * Begins with the first time that is asked for.
     *
     * @param slackNanos how far in the past a time may be, so that lateness can be made up for
     */
    Pace(long slackNanos) {
        this.slackNanos = slackNanos;
    }

    /**
     * Takes the next time.
     *
     * @param nanoTime now
     * @param distance nanoseconds until the time after it
     * @return the time that was taken
     */
    long take(long nanoTime, long distance) {
        while (true) {
            long next = this.next.get();
            long taken = (next == NOT_YET) ? nanoTime : Math.max(nanoTime - this.slackNanos, next);
            if (this.next.compareAndSet(next, taken + distance)) {
                return taken;
            }
        }
    }
}
