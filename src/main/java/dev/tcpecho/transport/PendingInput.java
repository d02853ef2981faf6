package dev.tcpecho.transport;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Has an event loop read what has arrived before a deadline counts. A process may have been stopped for a while, by
 * SIGSTOP or a frozen container. A deadline and the input that came before it are then due at once, and Netty may run
 * the timer first.
 */
public final class PendingInput {

    /**
     * Java's selector takes 1,024 channels in a round, so that these are 32,768 on one event loop; Netty's take more.
     */
    private static final int ROUNDS = 32;

    /** A busy event loop takes long over a round, and reads every channel in it. */
    private static final Duration MOST_TIME = Duration.ofMillis(250);

    private PendingInput() {}

    /**
     * Runs an action behind the reads of what has arrived until now; on any thread.
     *
     * @param eventLoop the event loop that reads, and that runs the action
     * @param action what to do then
     */
    public static void readBefore(EventExecutor eventLoop, Runnable action) {
        readRounds(eventLoop, ROUNDS, System.nanoTime() + MOST_TIME.toNanos(), action);
    }

    private static void readRounds(EventExecutor eventLoop, int rounds, long deadlineNanos, Runnable action) {
        // A timer that is due at once runs in the next round of the loop, behind the reads of that round.
        eventLoop.schedule(
                () -> {
                    if (rounds > 1 && System.nanoTime() - deadlineNanos < 0) {
                        readRounds(eventLoop, rounds - 1, deadlineNanos, action);
                    } else {
                        action.run();
                    }
                },
                0,
                TimeUnit.NANOSECONDS);
    }
}
