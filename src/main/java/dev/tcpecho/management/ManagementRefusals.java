package dev.tcpecho.management;

import dev.tcpecho.address.ClientAddress;
import dev.tcpecho.logging.RefusalSums;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.netty.channel.Channel;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/** Counts what the management port refuses, and logs it once a second, summed, however much it is. */
final class ManagementRefusals implements MeterBinder {

    private static final Log logger = LogFactory.getLog(ManagementRefusals.class);

    private final Map<ManagementRefusal, LongAdder> counts = new EnumMap<>(ManagementRefusal.class);

    private final LongAdder acceptFailures = new LongAdder();

    private final RefusalSums<ManagementRefusal> sums = new RefusalSums<>(
            ManagementRefusal.class, sums -> logger.info("The management port refused: %s".formatted(sums)));

    ManagementRefusals() {
        for (ManagementRefusal reason : ManagementRefusal.values()) {
            this.counts.put(reason, new LongAdder());
        }
    }

    /** Every meter exists from the start, so that no client adds one. */
    @Override
    public void bindTo(MeterRegistry registry) {
        this.counts.forEach((reason, count) -> FunctionCounter.builder("echo.management.refused", count, LongAdder::sum)
                .tag("reason", reason.toString())
                .description("Requests and connections that the management port refused since the start, by reason")
                .register(registry));
        FunctionCounter.builder("echo.management.accept.failures", this.acceptFailures, LongAdder::sum)
                .description("Times that the management port could not accept a connection since the start")
                .register(registry);
    }

    /** Counts a refusal on a connection of the management port; an event loop logs it a second later. */
    void add(ManagementRefusal reason, Channel connection) {
        Objects.requireNonNull(this.counts.get(reason)).increment();
        this.sums.add(reason, ClientAddress.peer(connection), connection.eventLoop());
    }

    void acceptFailed() {
        this.acceptFailures.increment();
    }
}
