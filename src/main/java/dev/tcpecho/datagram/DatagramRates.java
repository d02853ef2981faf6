package dev.tcpecho.datagram;

import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.address.ClientAddress;
import dev.tcpecho.metrics.DropReason;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Limits the datagrams that are echoed in each second, of each address and in total. Every event loop asks the same
 * instance. It remembers no more addresses than datagrams were echoed in this second.
 */
final class DatagramRates {

    private static final long NANOS = 1_000_000_000;

    private final int most;

    private final int mostOfAddress;

    private final LongSupplier nanoTime;

    private volatile Second second;

    DatagramRates(Limits limits, LongSupplier nanoTime) {
        this.most = limits.datagramsPerSecond();
        this.mostOfAddress = limits.datagramsPerSecondPerAddress();
        this.nanoTime = nanoTime;
        this.second = new Second(nanoTime.getAsLong());
    }

    /** Counts a datagram that is about to be echoed, or tells why it may not be. */
    @Nullable
    DropReason take(InetAddress client) {
        Second now = current();
        if (now.total.get() >= this.most) {
            return DropReason.LIMIT;
        }
        if (this.mostOfAddress > 0 && now.takeFrom(ClientAddress.limited(client)) > this.mostOfAddress) {
            return DropReason.ADDRESS_LIMIT;
        }
        return (now.total.incrementAndGet() > this.most) ? DropReason.LIMIT : null;
    }

    private Second current() {
        Second current = this.second;
        long now = this.nanoTime.getAsLong();
        return (now - current.startNanos < NANOS) ? current : begin(now);
    }

    private synchronized Second begin(long now) {
        if (now - this.second.startNanos >= NANOS) {
            this.second = new Second(now);
        }
        return this.second;
    }

    /** The datagrams of one second. */
    private static final class Second {

        private final long startNanos;

        private final AtomicInteger total = new AtomicInteger();

        private final Map<Object, AtomicInteger> addresses = new ConcurrentHashMap<>();

        Second(long startNanos) {
            this.startNanos = startNanos;
        }

        int takeFrom(Object address) {
            AtomicInteger taken = this.addresses.get(address);
            if (taken == null) {
                taken = this.addresses.computeIfAbsent(address, first -> new AtomicInteger());
            }
            return taken.incrementAndGet();
        }
    }
}
