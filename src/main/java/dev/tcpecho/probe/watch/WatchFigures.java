package dev.tcpecho.probe.watch;

import dev.tcpecho.probe.exporter.Families;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What both clocks of a run measured so far, as metrics. Every series is there from the start. */
final class WatchFigures {

    private static final String CLOCK = "clock";

    private final Map<ClockName, ClockFigures> clocks = new EnumMap<>(ClockName.class);

    WatchFigures(List<Ledger> ledgers, long nanos) {
        ledgers.forEach(ledger -> this.clocks.put(ledger.clock(), ledger.figures(nanos)));
    }

    MetricSnapshots metrics(String target) {
        return new Families("tcp_echo_probe_", "watch", target)
                .counter("messages", "Messages whose outcome is known", of(ClockFigures::messages))
                .counter("lost_messages", "Messages that did not come back in time", of(ClockFigures::lost))
                .counter("lost_bytes", "Bytes of lost messages that did not come back", of(ClockFigures::lostBytes))
                .counter(
                        "skipped_messages",
                        "Messages that were not sent, because this client was late for longer than its time-out",
                        of(ClockFigures::skipped))
                .counter(
                        "interruptions",
                        "Interruptions by their first cause, with the one under way",
                        interruptionsByCause())
                .gauge(
                        "interrupted",
                        "1 while an interruption lasts, else 0",
                        of(figures -> figures.isInterrupted() ? 1.0 : 0.0))
                .gauge(
                        "interrupted_seconds",
                        "How long the interruption under way has lasted, 0 if there is none",
                        of(figures -> figures.lastingNanos() / 1e9))
                .histogram("interruption_seconds", "Interruptions that are over", of(ClockFigures::interruptions))
                .histogram("round_trip_seconds", "Messages that came back", of(ClockFigures::roundTrips))
                .histogram("lateness_seconds", "How late this client came to its messages", of(ClockFigures::lateness))
                .build();
    }

    private <T> Map<Labels, T> of(Function<ClockFigures, T> figure) {
        Map<Labels, T> values = new LinkedHashMap<>();
        this.clocks.forEach((clock, figures) -> values.put(Labels.of(CLOCK, clock.toString()), figure.apply(figures)));
        return values;
    }

    private Map<Labels, Long> interruptionsByCause() {
        Map<Labels, Long> values = new LinkedHashMap<>();
        this.clocks.forEach((clock, figures) -> figures.causes()
                .forEach((cause, count) ->
                        values.put(Labels.of(CLOCK, clock.toString(), "cause", cause.toString()), count)));
        return values;
    }
}
