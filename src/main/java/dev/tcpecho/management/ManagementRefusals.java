package dev.tcpecho.management;

import dev.tcpecho.address.ClientAddress;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.netty.channel.Channel;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Counts what the management port refuses, and logs it once a second, summed, however much it is. The line holds names
 * of a closed list, numbers and one address: no client can put text into it.
 */
final class ManagementRefusals implements MeterBinder {

    private static final Log logger = LogFactory.getLog(ManagementRefusals.class);

    private final Map<ManagementRefusal, Count> counts = new EnumMap<>(ManagementRefusal.class);

    private final LongAdder acceptFailures = new LongAdder();

    private final AtomicBoolean logging = new AtomicBoolean();

    ManagementRefusals() {
        for (ManagementRefusal reason : ManagementRefusal.values()) {
            this.counts.put(reason, new Count());
        }
    }

    /** Every meter exists from the start, so that no client adds one. */
    @Override
    public void bindTo(MeterRegistry registry) {
        this.counts.forEach((reason, count) -> FunctionCounter.builder(
                        "echo.management.refused", count.total, LongAdder::sum)
                .tag("reason", reason.toString())
                .description("Requests and connections that the management port refused since the start, by reason")
                .register(registry));
        FunctionCounter.builder("echo.management.accept.failures", this.acceptFailures, LongAdder::sum)
                .description("Times that the management port could not accept a connection since the start")
                .register(registry);
    }

    /** Counts a refusal on a connection of the management port; an event loop logs it a second later. */
    void add(ManagementRefusal reason, Channel connection) {
        Count count = Objects.requireNonNull(this.counts.get(reason));
        count.total.increment();
        count.unlogged.increment();
        logLater(ClientAddress.peer(connection), connection.eventLoop());
    }

    void acceptFailed() {
        this.acceptFailures.increment();
    }

    private void logLater(InetAddress client, EventExecutor executor) {
        if (this.logging.compareAndSet(false, true)) {
            executor.schedule(() -> log(client), 1, TimeUnit.SECONDS);
        }
    }

    private void log(InetAddress example) {
        this.logging.set(false);
        String reasons = this.counts.entrySet().stream()
                .map(entry ->
                        Map.entry(entry.getKey(), entry.getValue().unlogged.sumThenReset()))
                .filter(entry -> entry.getValue() > 0)
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
        logger.info("The management port refused: %s; the first from %s"
                .formatted(reasons, NetUtil.toAddressString(example)));
    }

    /** How often there was a reason: since the start, and since the last line of the log. */
    private static final class Count {

        private final LongAdder total = new LongAdder();

        private final LongAdder unlogged = new LongAdder();
    }
}
