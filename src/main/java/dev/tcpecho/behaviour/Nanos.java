package dev.tcpecho.behaviour;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Durations as nanoseconds that can be added to a time without an overflow. */
final class Nanos {

    /** 100 years, a third of what a long holds. */
    private static final long MOST = TimeUnit.DAYS.toNanos(36_500);

    private Nanos() {}

    /** Returns the nanoseconds of a duration, 100 years at most. */
    static long of(Duration duration) {
        return Math.min(TimeUnit.NANOSECONDS.convert(duration), MOST);
    }
}
