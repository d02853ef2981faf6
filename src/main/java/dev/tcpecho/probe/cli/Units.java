package dev.tcpecho.probe.cli;

import java.time.Duration;
import java.util.Locale;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;
import picocli.CommandLine.TypeConversionException;

/** Reads durations and sizes as the service's own configuration does, and prints times. */
public final class Units {

    private Units() {}

    /**
     * Reads a duration with its unit.
     *
     * @throws TypeConversionException if it is none
     */
    public static Duration duration(String value) {
        try {
            // Spring would take a number without a unit for milliseconds, and a user means seconds. 0 is the same in
            // both.
            if (value.equals("0") || (!value.isEmpty() && Character.isLetter(value.charAt(value.length() - 1)))) {
                return DurationStyle.detectAndParse(value);
            }
        } catch (IllegalArgumentException | ArithmeticException ex) {
            // Told below.
        }
        throw new TypeConversionException(
                "'%s' is not a duration with its unit, for example 200ms, 5s or 1m".formatted(value));
    }

    /**
     * Reads a size, in bytes if it has no unit.
     *
     * @throws TypeConversionException if it is none
     */
    public static DataSize size(String value) {
        try {
            return DataSize.parse(value);
        } catch (IllegalArgumentException | ArithmeticException ex) {
            throw new TypeConversionException("'%s' is not a size, for example 512, 64KB or 1MB".formatted(value));
        }
    }

    /** Prints nanoseconds as milliseconds, with the same digits in every language. */
    public static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.3f ms", nanos / 1e6);
    }

    /** Returns nanoseconds as milliseconds, rounded to microseconds. */
    public static double roundedMillis(long nanos) {
        return Math.round(nanos / 1e3) / 1e3;
    }
}
