package dev.tcpecho.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/**
 * The meters of one listener. All of them exist from the start, so that their number does not depend on what clients
 * do; a {@link LongAdder} counts, because every event loop does.
 */
public final class ListenerMetrics {

    private final String listener;

    private final LongAdder accepted = new LongAdder();

    private final Map<CloseReason, LongAdder> closed = new EnumMap<>(CloseReason.class);

    private final Map<RejectReason, LongAdder> rejected = new EnumMap<>(RejectReason.class);

    private final LongAdder acceptFailures = new LongAdder();

    private final LongAdder received = new LongAdder();

    private final LongAdder sent = new LongAdder();

    private final Timer duration;

    /**
     * Registers the meters.
     *
     * @param registry where to
     * @param listener the listener's name, the value of the tag {@code listener}
     */
    public ListenerMetrics(MeterRegistry registry, String listener) {
        this.listener = listener;
        Tags tags = Tags.of("listener", listener);
        Gauge.builder("echo.connections.active", this, ListenerMetrics::active)
                .tags(tags)
                .description("Connections open now")
                .register(registry);
        counter("echo.connections.accepted", this.accepted, tags)
                .description("Connections accepted since the start")
                .register(registry);
        for (CloseReason reason : CloseReason.values()) {
            LongAdder count = new LongAdder();
            this.closed.put(reason, count);
            counter("echo.connections.closed", count, tags.and("reason", reason.tag()))
                    .description("Connections closed since the start, by reason")
                    .register(registry);
        }
        for (RejectReason reason : RejectReason.values()) {
            LongAdder count = new LongAdder();
            this.rejected.put(reason, count);
            counter("echo.connections.rejected", count, tags.and("reason", reason.toString()))
                    .description("Connections refused since the start, which are in no other count, by reason")
                    .register(registry);
        }
        counter("echo.accept.failures", this.acceptFailures, tags)
                .description("Times that no connection could be accepted since the start, for want of descriptors")
                .register(registry);
        counter("echo.received", this.received, tags)
                .baseUnit(BaseUnits.BYTES)
                .description("Bytes read from clients")
                .register(registry);
        counter("echo.sent", this.sent, tags)
                .baseUnit(BaseUnits.BYTES)
                .description(
                        "Bytes that the kernel took for clients; received less sent is held, or was lost with its connection")
                .register(registry);
        this.duration = Timer.builder("echo.connection.duration")
                .tags(tags)
                .description("How long connections were open")
                .register(registry);
    }

    private static FunctionCounter.Builder<LongAdder> counter(String name, LongAdder count, Tags tags) {
        return FunctionCounter.builder(name, count, LongAdder::sum).tags(tags);
    }

    /**
     * Returns the listener's name.
     *
     * @return the value of the tag {@code listener}
     */
    public String listener() {
        return this.listener;
    }

    /** Counts a connection as accepted, and as active until it is {@link #closed(CloseReason, Duration) closed}. */
    public void accepted() {
        this.accepted.increment();
    }

    /**
     * Counts the end of an accepted connection.
     *
     * @param reason why it ended
     * @param duration how long it was open
     */
    public void closed(CloseReason reason, Duration duration) {
        Objects.requireNonNull(this.closed.get(reason)).increment();
        this.duration.record(duration);
    }

    /**
     * Counts a connection that ended without a byte before its echo began.
     *
     * @param duration how long it was open
     */
    public void probed(Duration duration) {
        accepted();
        closed(CloseReason.PROBE, duration);
    }

    /**
     * Counts a connection that was refused before it was accepted.
     *
     * @param reason why it was refused
     */
    public void rejected(RejectReason reason) {
        Objects.requireNonNull(this.rejected.get(reason)).increment();
    }

    /** Counts a time that a connection could not be accepted: it waits in the kernel meanwhile. */
    public void acceptFailed() {
        this.acceptFailures.increment();
    }

    /**
     * Counts bytes read from a client.
     *
     * @param bytes how many, 0 or more
     */
    public void received(int bytes) {
        this.received.add(bytes);
    }

    /**
     * Counts bytes that the kernel has taken for a client.
     *
     * @param bytes how many, 0 or more
     */
    public void sent(int bytes) {
        this.sent.add(bytes);
    }

    /**
     * Derived, so that accepted is always the sum of active and closed; closed is read first, so that this is never
     * negative.
     */
    private long active() {
        long closed = this.closed.values().stream().mapToLong(LongAdder::sum).sum();
        return this.accepted.sum() - closed;
    }
}
