package dev.tcpecho.probe.watch;

import dev.tcpecho.probe.cli.Event;
import dev.tcpecho.probe.cli.Output;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Prints interruptions as they end, and the counts of each interval, on a thread of its own: whoever reads the output
 * slowly delays no tick.
 */
final class Reporter implements AutoCloseable {

    private static final int QUEUE = 1024;

    private static final long POLL_MILLIS = 20;

    private static final long CLOSE_MILLIS = 1000;

    private final Output output;

    private final @Nullable Progress progress;

    private final List<Ledger> ledgers;

    private final long intervalNanos;

    private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(QUEUE);

    private final AtomicLong dropped = new AtomicLong();

    private final Thread thread = new DaemonThread(this::run);

    private volatile boolean closed;

    private long messages;

    private long lost;

    /**
     * Prints to an output.
     *
     * @param progress where to show what goes on; null for nowhere
     * @param ledgers of the established clock, and then of the new one
     * @param interval the time between two counts
     */
    Reporter(Output output, @Nullable Progress progress, List<Ledger> ledgers, Duration interval) {
        this.output = output;
        this.progress = progress;
        this.ledgers = ledgers;
        this.intervalNanos = interval.toNanos();
    }

    void start() {
        this.thread.start();
    }

    /** Prints an event soon, or never if too many wait. */
    void print(Event event) {
        if (!this.events.offer(event)) {
            this.dropped.incrementAndGet();
        }
    }

    private void run() {
        long next = System.nanoTime() + this.intervalNanos;
        try {
            while (!this.closed || !this.events.isEmpty()) {
                Event event = this.events.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
                if (event != null) {
                    printNow(event);
                }
                long now = System.nanoTime();
                if (!this.closed && now - next >= 0) {
                    printInterval();
                    next = Math.max(next + this.intervalNanos, now);
                }
            }
        } catch (InterruptedException ex) {
            // The run is over, and so is the time to print.
        }
    }

    private void printInterval() {
        Counts established = this.ledgers.get(0).nextInterval();
        Counts fresh = this.ledgers.get(1).nextInterval();
        printNow(Events.interval(established, fresh));
        if (this.progress != null) {
            this.messages += established.messages() + fresh.messages();
            this.lost += established.lost() + fresh.lost();
            this.progress.show("messages: %s, lost: %s".formatted(this.messages, this.lost));
        }
    }

    private void printNow(Event event) {
        if (this.progress != null) {
            this.progress.clear();
        }
        this.output.print(event);
    }

    /** Returns how many events were not printed. */
    long dropped() {
        return this.dropped.get();
    }

    /** Prints what waits, for a second at most. */
    @Override
    public void close() {
        this.closed = true;
        try {
            this.thread.join(CLOSE_MILLIS);
            this.thread.interrupt();
            if (this.progress != null) {
                this.progress.clear();
            }
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}
