package dev.tcpecho.probe.exporter;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Map;
import java.util.Objects;

/** Collects the metrics of one scrape. Names are given without the prefix and without {@code _total}. */
public final class Families {

    private final MetricSnapshots.Builder metrics = MetricSnapshots.builder();

    private final String prefix;

    /**
     * Begins with who probes what.
     *
     * @param prefix what every other name begins with
     * @param command the command that probes
     * @param target HOST:PORT as it was given
     */
    public Families(String prefix, String command, String target) {
        this.prefix = prefix;
        // Only the jar knows its version.
        String version = Objects.requireNonNullElse(Families.class.getPackage().getImplementationVersion(), "unknown");
        this.metrics.metricSnapshot(InfoSnapshot.builder()
                .name("tcp_echo_probe")
                .help("Who probes, and what")
                .dataPoint(InfoDataPointSnapshot.builder()
                        .labels(Labels.of("command", command, "target", target, "version", version))
                        .build())
                .build());
    }

    /**
     * Adds a counter.
     *
     * @param values the value of each series
     */
    public Families counter(String name, String help, Map<Labels, Long> values) {
        CounterSnapshot.Builder counter =
                CounterSnapshot.builder().name(this.prefix + name).help(help);
        values.forEach((labels, value) -> counter.dataPoint(
                CounterDataPointSnapshot.builder().labels(labels).value(value).build()));
        this.metrics.metricSnapshot(counter.build());
        return this;
    }

    /** Adds a counter of one series. */
    public Families counter(String name, String help, long value) {
        return counter(name, help, Map.of(Labels.EMPTY, value));
    }

    /** Adds a gauge. */
    public Families gauge(String name, String help, Map<Labels, Double> values) {
        GaugeSnapshot.Builder gauge =
                GaugeSnapshot.builder().name(this.prefix + name).help(help);
        values.forEach((labels, value) -> gauge.dataPoint(
                GaugeDataPointSnapshot.builder().labels(labels).value(value).build()));
        this.metrics.metricSnapshot(gauge.build());
        return this;
    }

    /** Adds a gauge of one series. */
    public Families gauge(String name, String help, double value) {
        return gauge(name, help, Map.of(Labels.EMPTY, value));
    }

    /** Adds a histogram. */
    public Families histogram(String name, String help, Map<Labels, Durations> values) {
        HistogramSnapshot.Builder histogram =
                HistogramSnapshot.builder().name(this.prefix + name).help(help);
        values.forEach((labels, durations) -> histogram.dataPoint(HistogramDataPointSnapshot.builder()
                .labels(labels)
                .classicHistogramBuckets(ClassicHistogramBuckets.of(durations.upperBounds(), durations.counts()))
                .sum(durations.seconds())
                .build()));
        this.metrics.metricSnapshot(histogram.build());
        return this;
    }

    /** Adds a histogram of one series. */
    public Families histogram(String name, String help, Durations durations) {
        return histogram(name, help, Map.of(Labels.EMPTY, durations));
    }

    /** Returns all that was added. */
    public MetricSnapshots build() {
        return this.metrics.build();
    }
}
