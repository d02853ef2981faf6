package dev.tcpecho.probe.watch;

import java.time.Instant;

/**
 * A moment by both clocks of the machine: lengths need one that is never set, and people the other.
 *
 * @param nanos by {@link System#nanoTime()}
 * @param time by the wall clock
 */
record Moment(long nanos, Instant time) {

    static Moment now() {
        return new Moment(System.nanoTime(), Instant.now());
    }
}
