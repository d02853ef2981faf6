package dev.tcpecho.probe.exporter;

import java.util.Arrays;

/** The upper bounds of a histogram's buckets. */
public enum DurationBounds {

    /** From a round trip on one host to the longest time-out that is usual. */
    ROUND_TRIP(
            0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),

    /** From one message that was lost to an hour. */
    INTERRUPTION(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600);

    private final double[] seconds;

    private final long[] nanos;

    /**
     * The first bucket that a duration can be in, by how many bits it has: a search of all would cost several times
     * more.
     */
    private final int[] firstByBits = new int[Long.SIZE + 1];

    DurationBounds(double... seconds) {
        this.seconds = seconds;
        this.nanos = Arrays.stream(seconds)
                .mapToLong(bound -> Math.round(bound * 1e9))
                .toArray();
        for (int bits = 1; bits < Long.SIZE; bits++) {
            this.firstByBits[bits] = bucketOf(1L << (bits - 1), this.firstByBits[bits - 1]);
        }
    }

    int size() {
        return this.nanos.length;
    }

    /**
     * Returns the number of the first bucket whose bound is not passed, counted from 0.
     *
     * @param durationNanos 0 or more
     */
    int bucketOf(long durationNanos) {
        return bucketOf(durationNanos, this.firstByBits[Long.SIZE - Long.numberOfLeadingZeros(durationNanos)]);
    }

    private int bucketOf(long durationNanos, int first) {
        int bucket = first;
        while (bucket < this.nanos.length && this.nanos[bucket] < durationNanos) {
            bucket++;
        }
        return bucket;
    }

    /** Returns the bounds, with that of the last bucket. */
    double[] inSeconds() {
        double[] all = Arrays.copyOf(this.seconds, this.seconds.length + 1);
        all[this.seconds.length] = Double.POSITIVE_INFINITY;
        return all;
    }
}
