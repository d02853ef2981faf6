package dev.tcpecho;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.springframework.boot.convert.DurationStyle;

/** Durations as the configuration has them. */
public final class Durations {

    private static final List<ChronoUnit> UNITS = List.of(
            ChronoUnit.DAYS,
            ChronoUnit.HOURS,
            ChronoUnit.MINUTES,
            ChronoUnit.SECONDS,
            ChronoUnit.MILLIS,
            ChronoUnit.MICROS,
            ChronoUnit.NANOS);

    private Durations() {}

    /**
     * Writes a duration with nothing lost, where {@link DurationStyle} has whole milliseconds.
     *
     * @param duration any duration
     * @return a number and the largest unit in which it is whole, for example {@code 90s}; what can be read back
     */
    public static String print(Duration duration) {
        if (duration.isZero()) {
            return "0s";
        }
        return UNITS.stream()
                .filter(unit -> isWhole(duration, unit))
                .findFirst()
                .map(unit -> DurationStyle.SIMPLE.print(duration, unit))
                .orElseGet(duration::toString);
    }

    private static boolean isWhole(Duration duration, ChronoUnit unit) {
        Duration size = unit.getDuration();
        try {
            return size.multipliedBy(duration.dividedBy(size)).equals(duration);
        } catch (ArithmeticException ex) {
            // So many of this unit are more than a long holds.
            return false;
        }
    }
}
