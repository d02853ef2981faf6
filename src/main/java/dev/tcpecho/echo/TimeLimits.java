package dev.tcpecho.echo;

import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.metrics.CloseReason;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection on which no byte has passed in either direction for a while, where a slow reader is not idle; and
 * at an age, whatever it is doing. Netty's {@link io.netty.handler.timeout.IdleStateHandler IdleStateHandler} takes
 * four times the memory and adds a listener to every write. Here the echo tells what it reads, and what is owed to the
 * client is looked at when the time is up.
 */
final class TimeLimits implements Runnable {

    private final EchoConnection connection;

    private final Limits limits;

    private final long startNanos;

    private long lastNanos;

    private long untaken;

    private Future<?> look;

    /** Starts the time of a connection; at least one of its limits is not zero. */
    TimeLimits(EchoConnection connection, Limits limits) {
        this.connection = connection;
        this.limits = limits;
        this.startNanos = now();
        this.lastNanos = this.startNanos;
        this.look = lookAgain();
    }

    /** Tells whether there is a limit at all. */
    static boolean areSet(Limits limits) {
        return !limits.idleTimeout().isZero() || !limits.lifetime().isZero();
    }

    /** Counts the time for which the connection is idle anew. */
    void passed() {
        this.lastNanos = now();
    }

    /** Runs when a time may be up. */
    @Override
    public void run() {
        observeUntaken();
        if (lifetimeLeft() <= 0) {
            this.connection.close(CloseReason.LIFETIME);
        } else if (idleLeft() <= 0) {
            this.connection.close(CloseReason.IDLE);
        } else {
            this.look = lookAgain();
        }
    }

    /** What the client took since the last look, it may have taken just now. It cannot take what is still to come. */
    private void observeUntaken() {
        long untaken = this.connection.held().untaken();
        if (untaken != this.untaken || this.connection.held().isDue()) {
            this.untaken = untaken;
            passed();
        }
    }

    private Future<?> lookAgain() {
        return this.connection.eventLoop().schedule(this, Math.min(lifetimeLeft(), idleLeft()), TimeUnit.NANOSECONDS);
    }

    private long lifetimeLeft() {
        return left(this.limits.lifetime(), this.startNanos);
    }

    private long idleLeft() {
        return left(this.limits.idleTimeout(), this.lastNanos);
    }

    private long left(Duration limit, long sinceNanos) {
        return limit.isZero() ? Long.MAX_VALUE : TimeUnit.NANOSECONDS.convert(limit) - (now() - sinceNanos);
    }

    private long now() {
        return this.connection.eventLoop().ticker().nanoTime();
    }

    void stop() {
        this.look.cancel(false);
    }
}
