package dev.tcpecho.admission;

import dev.tcpecho.metrics.ListenerMetrics;
import dev.tcpecho.metrics.RejectReason;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Counts the connections that one listener refuses, and logs them once a second, summed, however many they are. The
 * line holds names of closed lists, numbers and one address: no client can put text into it.
 */
public final class RejectionLog {

    private static final Log logger = LogFactory.getLog(RejectionLog.class);

    private final String listener;

    private final ListenerMetrics metrics;

    private final Map<RejectReason, Count> unlogged = new EnumMap<>(RejectReason.class);

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
            this.unlogged.put(reason, new Count(reason));
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
        count(reason).total.increment();
        counted(reason, client, executor);
    }

    /**
     * Counts a connection that is refused for a reason that has details.
     *
     * @param reason why
     * @param detail what exactly, for the log alone; every detail of a reason is of one enum
     * @param client its address, as far as it is known
     * @param executor what logs it, a second later
     */
    public void add(RejectReason reason, Enum<?> detail, InetAddress client, EventExecutor executor) {
        count(reason).add(detail);
        counted(reason, client, executor);
    }

    private Count count(RejectReason reason) {
        return Objects.requireNonNull(this.unlogged.get(reason));
    }

    private void counted(RejectReason reason, InetAddress client, EventExecutor executor) {
        this.metrics.rejected(reason);
        if (this.logging.compareAndSet(false, true)) {
            executor.schedule(() -> log(client), 1, TimeUnit.SECONDS);
        }
    }

    private void log(InetAddress example) {
        this.logging.set(false);
        String counts = this.unlogged.values().stream().flatMap(Count::takeText).collect(Collectors.joining(", "));
        logger.info("Echo refused connections on %s: %s; the first from %s"
                .formatted(this.listener, counts, NetUtil.toAddressString(example)));
    }

    /** How often a reason was given since the last line of the log, with the details of each time. */
    private static final class Count {

        private final RejectReason reason;

        /** Of those without a detail. */
        private final LongAdder total = new LongAdder();

        private final Map<Enum<?>, LongAdder> details =
                new ConcurrentSkipListMap<>(Comparator.comparingInt(Enum::ordinal));

        Count(RejectReason reason) {
            this.reason = reason;
        }

        void add(Enum<?> detail) {
            this.details.computeIfAbsent(detail, first -> new LongAdder()).increment();
        }

        /** Starts over, and returns for example {@code tls 3 (not-tls 2, timeout 1)}; nothing if there were none. */
        Stream<String> takeText() {
            long total = this.total.sumThenReset();
            StringJoiner texts = new StringJoiner(", ", " (", ")").setEmptyValue("");
            for (Map.Entry<Enum<?>, LongAdder> detail : this.details.entrySet()) {
                long count = detail.getValue().sumThenReset();
                if (count > 0) {
                    texts.add(detail.getKey() + " " + count);
                }
                total += count;
            }
            return (total == 0) ? Stream.empty() : Stream.of(this.reason + " " + total + texts);
        }
    }
}
