package dev.tcpecho.management;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Knows which event loops leave a task unanswered for longer than a timeout. Each loop has one task that comes back
 * every now and then, so that asking waits for no loop and queues nothing on one that is stalled.
 */
final class EventLoopHeartbeats {

    private final List<Heartbeat> heartbeats = new ArrayList<>();

    private final long timeoutNanos;

    EventLoopHeartbeats(EventLoopGroup eventLoops, Duration timeout) {
        this.timeoutNanos = timeout.toNanos();
        eventLoops.forEach(eventLoop -> this.heartbeats.add(new Heartbeat(eventLoop, this.timeoutNanos / 4)));
    }

    int loops() {
        return this.heartbeats.size();
    }

    long stalled() {
        return this.heartbeats.stream()
                .filter(heartbeat -> heartbeat.overdueNanos() > this.timeoutNanos)
                .count();
    }

    private static final class Heartbeat {

        private final long intervalNanos;

        private volatile long lastNanos = System.nanoTime();

        Heartbeat(EventExecutor eventLoop, long intervalNanos) {
            this.intervalNanos = intervalNanos;
            eventLoop.scheduleWithFixedDelay(
                    () -> this.lastNanos = System.nanoTime(), intervalNanos, intervalNanos, TimeUnit.NANOSECONDS);
        }

        long overdueNanos() {
            return System.nanoTime() - this.lastNanos - this.intervalNanos;
        }
    }
}
