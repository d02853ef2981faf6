package dev.tcpecho.logging;

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
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Sums refusals by their reasons, and has them logged once a second, however many they are. The text holds names of
 * closed lists, numbers and one address: no client can put text into it.
 *
 * @param <R> the reasons
 */
public final class RefusalSums<R extends Enum<R>> {

    private final Map<R, Count> unlogged;

    private final Consumer<String> log;

    private final AtomicBoolean logging = new AtomicBoolean();

    /**
     * Starts with none.
     *
     * @param reasons every reason
     * @param log takes the sums of a second, for example {@code limit 2, tls 3 (timeout 3); the first from 192.0.2.7}
     */
    public RefusalSums(Class<R> reasons, Consumer<String> log) {
        this.unlogged = new EnumMap<>(reasons);
        for (R reason : reasons.getEnumConstants()) {
            this.unlogged.put(reason, new Count());
        }
        this.log = log;
    }

    /**
     * Adds a refusal.
     *
     * @param reason why
     * @param client the address of who was refused, the unspecified one if it has none that is known
     * @param executor what logs it, a second later
     */
    public void add(R reason, InetAddress client, EventExecutor executor) {
        count(reason).total.increment();
        logLater(client, executor);
    }

    /**
     * Adds a refusal for a reason that has details.
     *
     * @param reason why
     * @param detail what exactly; every detail of a reason is of one enum
     * @param client the address of who was refused, the unspecified one if it has none that is known
     * @param executor what logs it, a second later
     */
    public void add(R reason, Enum<?> detail, InetAddress client, EventExecutor executor) {
        count(reason).add(detail);
        logLater(client, executor);
    }

    private Count count(R reason) {
        return Objects.requireNonNull(this.unlogged.get(reason));
    }

    private void logLater(InetAddress client, EventExecutor executor) {
        if (this.logging.compareAndSet(false, true)) {
            executor.schedule(() -> log(client), 1, TimeUnit.SECONDS).addListener(line -> {
                if (line.isCancelled()) {
                    // By the end of the event loops: nobody could ask for the metrics any more.
                    log(client);
                }
            });
        }
    }

    private void log(InetAddress first) {
        this.logging.set(false);
        String sums = this.unlogged.entrySet().stream()
                .flatMap(count -> count.getValue().takeText(count.getKey()))
                .collect(Collectors.joining(", "));
        // The line before may have summed a refusal that asked for this one.
        if (!sums.isEmpty()) {
            this.log.accept(
                    first.isAnyLocalAddress()
                            ? sums
                            : "%s; the first from %s".formatted(sums, NetUtil.toAddressString(first)));
        }
    }

    /** How often a reason was given since the last line of the log, with the details of each time. */
    private static final class Count {

        /** Of those without a detail. */
        private final LongAdder total = new LongAdder();

        private final Map<Enum<?>, LongAdder> details =
                new ConcurrentSkipListMap<>(Comparator.comparingInt(Enum::ordinal));

        void add(Enum<?> detail) {
            this.details.computeIfAbsent(detail, first -> new LongAdder()).increment();
        }

        /** Starts over, and returns for example {@code tls 3 (not-tls 2, timeout 1)}; nothing if there were none. */
        Stream<String> takeText(Enum<?> reason) {
            long total = this.total.sumThenReset();
            StringJoiner texts = new StringJoiner(", ", " (", ")").setEmptyValue("");
            for (Map.Entry<Enum<?>, LongAdder> detail : this.details.entrySet()) {
                long count = detail.getValue().sumThenReset();
                if (count > 0) {
                    texts.add(detail.getKey() + " " + count);
                }
                total += count;
            }
            return (total == 0) ? Stream.empty() : Stream.of(reason + " " + total + texts);
        }
    }
}
