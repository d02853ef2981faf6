package dev.tcpecho.observe;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * {@link HealthIndicator} that is {@link Status#DOWN} while an event loop leaves a task unanswered for longer than a
 * timeout. Each loop has one task that comes back every now and then, so that asking waits for no loop and queues
 * nothing on one that is stalled.
 */
final class EventLoopsHealthIndicator extends AbstractHealthIndicator {

    private final List<Heartbeat> heartbeats = new ArrayList<>();

    private final long timeoutNanos;

    EventLoopsHealthIndicator(EventLoopGroup eventLoops, Duration timeout) {
        super("Event loops health check failed");
        this.timeoutNanos = timeout.toNanos();
        eventLoops.forEach(eventLoop -> this.heartbeats.add(new Heartbeat(eventLoop, this.timeoutNanos / 4)));
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        long stalled = this.heartbeats.stream()
                .filter(heartbeat -> heartbeat.overdueNanos() > this.timeoutNanos)
                .count();
        builder.status((stalled == 0) ? Status.UP : Status.DOWN)
                .withDetail("loops", this.heartbeats.size())
                .withDetail("stalled", stalled);
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
