package dev.tcpecho.probe.cli;

import java.util.Locale;

/** Prints times. */
public final class Units {

    private Units() {}

    /** Prints nanoseconds as milliseconds, with the same digits in every language. */
    public static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.3f ms", nanos / 1e6);
    }

    /** Returns nanoseconds as milliseconds, rounded to microseconds. */
    public static double roundedMillis(long nanos) {
        return Math.round(nanos / 1e3) / 1e3;
    }
}
