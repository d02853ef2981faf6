package dev.tcpecho.admission;

import dev.tcpecho.metrics.ListenerMetrics;
import dev.tcpecho.metrics.RejectReason;
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

/** Counts the connections that one listener refuses, and logs them once a second, summed, however many they are. */
public final class RejectionLog {

    private static final Log logger = LogFactory.getLog(RejectionLog.class);

    private final String listener;

    private final ListenerMetrics metrics;

    private final Map<RejectReason, LongAdder> unlogged = new EnumMap<>(RejectReason.class);

    private final AtomicBoolean logging = new AtomicBoolean();

    /**
     * Starts with none.
     *
     * @param listener the listener's name
     * @param metrics where they are counted
     */
    public RejectionLog(String listener, ListenerMetrics metrics) {
        this.listener = listener;
        this.metrics = metrics;
        for (RejectReason reason : RejectReason.values()) {
            this.unlogged.put(reason, new LongAdder());
        }
    }

    /**
     * Counts a connection that is refused.
     *
     * @param reason why
     * @param client its address, as far as it is known
     * @param executor what logs it, a second later
     */
    public void add(RejectReason reason, InetAddress client, EventExecutor executor) {
        this.metrics.rejected(reason);
        Objects.requireNonNull(this.unlogged.get(reason)).increment();
        if (this.logging.compareAndSet(false, true)) {
            executor.schedule(() -> log(client), 1, TimeUnit.SECONDS);
        }
    }

    private void log(InetAddress example) {
        this.logging.set(false);
        String counts = this.unlogged.entrySet().stream()
                .map(entry -> Map.entry(entry.getKey(), entry.getValue().sumThenReset()))
                .filter(entry -> entry.getValue() > 0)
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
        logger.info("Echo refused connections on %s: %s; the first from %s"
                .formatted(this.listener, counts, NetUtil.toAddressString(example)));
    }
}
