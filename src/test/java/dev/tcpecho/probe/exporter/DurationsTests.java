package dev.tcpecho.probe.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Durations in buckets. */
class DurationsTests {

    private final Durations durations = new Durations(DurationBounds.INTERRUPTION);

    @Test
    void bucketHasItsUpperBoundAndTheLastAllAbove() {
        this.durations.record(-1);
        this.durations.record(100_000_000);
        this.durations.record(100_000_001);
        this.durations.record(Long.MAX_VALUE / 2);
        assertThat(this.durations.upperBounds()).startsWith(0.1, 0.25).endsWith(3600, Double.POSITIVE_INFINITY);
        assertThat(this.durations.counts()).startsWith(2, 1, 0).endsWith(0, 1);
        assertThat(this.durations.count()).isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource(DurationBounds.class)
    void bucketIsTheFirstWhoseBoundIsNotPassed(DurationBounds bounds) {
        double[] seconds = bounds.inSeconds();
        for (int bucket = 0; bucket < bounds.size(); bucket++) {
            long bound = Math.round(seconds[bucket] * 1e9);
            assertThat(bounds.bucketOf(bound - 1)).isEqualTo(bucket);
            assertThat(bounds.bucketOf(bound)).isEqualTo(bucket);
            assertThat(bounds.bucketOf(bound + 1)).isEqualTo(bucket + 1);
        }
        assertThat(bounds.bucketOf(0)).isZero();
        assertThat(bounds.bucketOf(Long.MAX_VALUE)).isEqualTo(bounds.size());
    }

    @Test
    void copyStaysAsItIsAndCanBeAddedTo() {
        this.durations.record(1_000_000_000);
        Durations copy = this.durations.copy();
        this.durations.record(2_000_000_000);
        assertThat(copy.count()).isEqualTo(1);
        copy.add(this.durations);
        assertThat(copy.count()).isEqualTo(3);
        assertThat(copy.seconds()).isEqualTo(4);
        assertThat(this.durations.count()).isEqualTo(2);
    }
}
