package dev.tcpecho.probe.load;

import dev.tcpecho.probe.client.FailureCause;
import dev.tcpecho.probe.exporter.Families;
import dev.tcpecho.probe.exporter.Figures;
import io.netty.channel.EventLoop;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Asks the event loops what they measured so far, as metrics. Every series is there from the start. */
final class LoadMetrics implements Figures {

    private final String target;

    private final LoadPlan plan;

    private final List<LoadLoop> loops;

    LoadMetrics(String target, LoadPlan plan, List<LoadLoop> loops) {
        this.target = target;
        this.plan = plan;
        this.loops = loops;
    }

    /**
     * Asks; the event loops answer in between what else they do. May be called by any thread.
     *
     * @param executor what adds the answers up
     */
    @Override
    public CompletableFuture<MetricSnapshots> gather(Executor executor) {
        List<CompletableFuture<LoopCounts>> answers =
                this.loops.stream().map(LoadMetrics::ask).toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenApplyAsync(
                        all -> metrics(answers.stream()
                                .map(CompletableFuture::join)
                                .reduce(LoopCounts.none(), LoopCounts::plus)),
                        executor);
    }

    private static CompletableFuture<LoopCounts> ask(LoadLoop loop) {
        CompletableFuture<LoopCounts> answer = new CompletableFuture<>();
        EventLoop eventLoop = loop.eventLoop();
        try {
            eventLoop.execute(() -> answer.complete(LoopCounts.of(loop)));
        } catch (RejectedExecutionException ex) {
            // The run is over, and nothing changes any more.
            eventLoop.terminationFuture().addListener(terminated -> answer.complete(LoopCounts.of(loop)));
        }
        return answer;
    }

    private MetricSnapshots metrics(LoopCounts counts) {
        LoadTimes times = counts.times();
        long echoes = times.latencies().count();
        return new Families("tcp_echo_probe_load_", "load", this.target)
                .counter("echoes", "Messages that came back", echoes)
                .counter("echoed_bytes", "Bytes of the messages that came back", echoes * this.plan.size())
                .counter(
                        "lost_bytes",
                        "Bytes that were sent, and did not come back as they were sent",
                        counts.bytesLost())
                .counter("unsent_messages", "Messages that were planned, and not sent until the end", counts.unsent())
                .gauge("connections_wanted", "Connections that are to be opened", this.plan.connections())
                .gauge("connections_active", "Connections that are open", counts.open())
                .counter("connections_opened", "Connections that have been opened", counts.opened())
                .counter(
                        "connections_completed",
                        "Connections that had every byte back, and then a clean end",
                        counts.complete())
                .counter("connection_failures", "Connections that failed, by cause", byCause(counts.failures()))
                .histogram("connect_seconds", "TCP connects", times.connects())
                .histogram("tls_handshake_seconds", "TLS handshakes", times.handshakes())
                .histogram("latency_seconds", "Messages that came back, since their planned time", times.latencies())
                .histogram(
                        "round_trip_seconds",
                        "Messages that came back, since they were sent",
                        this.plan.isPaced() ? times.roundTrips() : times.latencies())
                .build();
    }

    private static Map<Labels, Long> byCause(Map<FailureCause, Long> failures) {
        Map<Labels, Long> values = new LinkedHashMap<>();
        failures.forEach((cause, count) -> values.put(Labels.of("cause", cause.toString()), count));
        return values;
    }
}
