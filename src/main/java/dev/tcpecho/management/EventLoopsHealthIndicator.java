package dev.tcpecho.management;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/** {@link HealthIndicator} that is {@link Status#DOWN} while an event loop is stalled. */
final class EventLoopsHealthIndicator extends AbstractHealthIndicator {

    private final EventLoopHeartbeats heartbeats;

    EventLoopsHealthIndicator(EventLoopHeartbeats heartbeats) {
        super("Event loops health check failed");
        this.heartbeats = heartbeats;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        long stalled = this.heartbeats.stalled();
        builder.status((stalled == 0) ? Status.UP : Status.DOWN)
                .withDetail("loops", this.heartbeats.loops())
                .withDetail("stalled", stalled);
    }
}
