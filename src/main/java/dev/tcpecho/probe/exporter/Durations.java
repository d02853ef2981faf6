package dev.tcpecho.probe.exporter;

import java.util.Arrays;

/**
 * Durations in the buckets of a Prometheus histogram. Its memory is the same however many there are. Used by one thread
 * at a time: a lock or an atomic counter would cost more than the bucket.
 */
public final class Durations {

    private final DurationBounds bounds;

    private final long[] counts;

    private long nanos;

    /** Starts without durations. */
    public Durations(DurationBounds bounds) {
        this(bounds, new long[bounds.size() + 1], 0);
    }

    private Durations(DurationBounds bounds, long[] counts, long nanos) {
        this.bounds = bounds;
        this.counts = counts;
        this.nanos = nanos;
    }

    /** Takes one more; less than nothing counts as nothing. */
    public void record(long durationNanos) {
        long duration = Math.max(0, durationNanos);
        this.counts[this.bounds.bucketOf(duration)]++;
        this.nanos += duration;
    }

    /** Takes those of another, which has the same bounds. */
    public void add(Durations other) {
        for (int i = 0; i < this.counts.length; i++) {
            this.counts[i] += other.counts[i];
        }
        this.nanos += other.nanos;
    }

    /** Returns what other threads may read. */
    public Durations copy() {
        return new Durations(this.bounds, this.counts.clone(), this.nanos);
    }

    /** Returns how many there are. */
    public long count() {
        return Arrays.stream(this.counts).sum();
    }

    /** Returns how long they are together. */
    double seconds() {
        return this.nanos / 1e9;
    }

    double[] upperBounds() {
        return this.bounds.inSeconds();
    }

    /** Returns how many there are in each bucket, those above the last bound at the end. */
    long[] counts() {
        return this.counts.clone();
    }
}
