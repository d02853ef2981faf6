package dev.tcpecho.probe.exporter;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** What a command measured so far. */
@FunctionalInterface
public interface Figures {

    /**
     * Begins to gather the figures, and does not wait for anything.
     *
     * @param executor what puts them together, so that threads that measure do not have to
     */
    CompletableFuture<MetricSnapshots> gather(Executor executor);
}
