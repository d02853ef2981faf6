package dev.tcpecho.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * The meters of one listener that echoes datagrams. All of them exist from the start. A datagram that was received is
 * sent, dropped, or held for a behaviour.
 */
public final class DatagramMetrics {

    private final LongAdder received = new LongAdder();

    private final LongAdder sent = new LongAdder();

    private final Map<DropReason, LongAdder> dropped = new EnumMap<>(DropReason.class);

    private final LongAdder receivedBytes = new LongAdder();

    private final LongAdder sentBytes = new LongAdder();

    /**
     * Registers the meters.
     *
     * @param registry where to
     * @param listener the listener's name, the value of the tag {@code listener}
     * @param kernelDrops tells how many datagrams the kernel dropped before the service could read them
     */
    public DatagramMetrics(MeterRegistry registry, String listener, LongSupplier kernelDrops) {
        Tags tags = Tags.of("listener", listener);
        FunctionCounter.builder("echo.datagrams.received", this.received, LongAdder::sum)
                .tags(tags)
                .description("Datagrams read from clients")
                .register(registry);
        FunctionCounter.builder("echo.datagrams.sent", this.sent, LongAdder::sum)
                .tags(tags)
                .description("Datagrams that the kernel took for clients")
                .register(registry);
        for (DropReason reason : DropReason.values()) {
            LongAdder count = new LongAdder();
            this.dropped.put(reason, count);
            FunctionCounter.builder("echo.datagrams.dropped", count, LongAdder::sum)
                    .tags(tags.and("reason", reason.toString()))
                    .description("Datagrams that were read and not sent back, by reason")
                    .register(registry);
        }
        FunctionCounter.builder("echo.datagrams.kernel.dropped", kernelDrops, LongSupplier::getAsLong)
                .tags(tags)
                .description("Datagrams that the kernel dropped because the receive buffer was full")
                .register(registry);
        FunctionCounter.builder("echo.datagrams.received.bytes", this.receivedBytes, LongAdder::sum)
                .tags(tags)
                .description("Bytes of the datagrams read from clients")
                .register(registry);
        FunctionCounter.builder("echo.datagrams.sent.bytes", this.sentBytes, LongAdder::sum)
                .tags(tags)
                .description("Bytes of the datagrams that the kernel took for clients")
                .register(registry);
    }

    /**
     * Counts a datagram read from a client.
     *
     * @param bytes the length of its payload, 0 or more
     */
    public void received(int bytes) {
        this.received.increment();
        this.receivedBytes.add(bytes);
    }

    /**
     * Counts a datagram that the kernel has taken for a client.
     *
     * @param bytes the length of its payload, 0 or more
     */
    public void sent(int bytes) {
        this.sent.increment();
        this.sentBytes.add(bytes);
    }

    /**
     * Counts a datagram that is not sent back.
     *
     * @param reason why
     */
    public void dropped(DropReason reason) {
        Objects.requireNonNull(this.dropped.get(reason)).increment();
    }
}
