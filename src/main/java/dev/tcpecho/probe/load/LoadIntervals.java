package dev.tcpecho.probe.load;

import io.netty.util.concurrent.Future;
import java.util.List;
import org.HdrHistogram.Histogram;

/** Asks the event loops once in a while for what happened since the last time. */
final class LoadIntervals {

    private final LoadPlan plan;

    private final List<LoadLoop> loops;

    private final long startNanos;

    private long beganNanos;

    private long messagesBefore;

    LoadIntervals(LoadPlan plan, List<LoadLoop> loops, long startNanos) {
        this.plan = plan;
        this.loops = loops;
        this.startNanos = startNanos;
        this.beganNanos = startNanos;
    }

    /** Ends the interval and begins the next; the event loops answer in between what else they do. */
    LoadInterval end() {
        List<Future<LoopInterval>> answers = this.loops.stream()
                .map(loop -> loop.eventLoop().submit(() -> ask(loop)))
                .toList();
        Histogram latencies = new Histogram(3);
        int connections = 0;
        long messages = 0;
        long failures = 0;
        for (Future<LoopInterval> answer : answers) {
            LoopInterval interval = answer.syncUninterruptibly().getNow();
            latencies.add(interval.latencies());
            connections += interval.connections();
            messages += interval.messagesBack();
            failures += interval.failures();
        }
        long now = System.nanoTime();
        LoadInterval ended = new LoadInterval(
                (now - this.startNanos) / 1e9,
                (now - this.beganNanos) / 1e9,
                connections,
                messages - this.messagesBefore,
                this.plan.size(),
                latencies,
                failures);
        this.beganNanos = now;
        this.messagesBefore = messages;
        return ended;
    }

    private static LoopInterval ask(LoadLoop loop) {
        LoopFigures figures = loop.figures();
        long failures =
                figures.failures().values().stream().mapToLong(Long::longValue).sum();
        return new LoopInterval(figures.endInterval(), loop.openConnections(), figures.messagesBack(), failures);
    }

    private record LoopInterval(Histogram latencies, int connections, long messagesBack, long failures) {}
}
