package dev.tcpecho.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.util.concurrent.atomic.LongAdder;

/** The meters of the bytes that one listener reads and sends, in streams or datagrams. */
final class ByteCounters {

    private final LongAdder received = new LongAdder();

    private final LongAdder sent = new LongAdder();

    ByteCounters(MeterRegistry registry, Tags tags) {
        FunctionCounter.builder("echo.received", this.received, LongAdder::sum)
                .tags(tags)
                .baseUnit(BaseUnits.BYTES)
                .description("Bytes read from clients")
                .register(registry);
        FunctionCounter.builder("echo.sent", this.sent, LongAdder::sum)
                .tags(tags)
                .baseUnit(BaseUnits.BYTES)
                .description(
                        "Bytes that the kernel took for clients; received less sent is held, was dropped, or was lost with its connection")
                .register(registry);
    }

    void received(int bytes) {
        this.received.add(bytes);
    }

    void sent(int bytes) {
        this.sent.add(bytes);
    }
}
