package dev.tcpecho.echo;

import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.metrics.CloseReason;
import dev.tcpecho.transport.PendingInput;
import dev.tcpecho.transport.PendingOutput;
import dev.tcpecho.transport.TcpInfo;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection on which no byte has passed in either direction for a while, where a slow reader is not idle; and
 * at an age, whatever it is doing. Netty's {@link io.netty.handler.timeout.IdleStateHandler IdleStateHandler} takes
 * four times the memory and adds a listener to every write. Here the echo tells what it reads. What the client takes is
 * looked at when a time is up, and what it has sent until then is read first.
 */
final class TimeLimits implements Runnable {

    private final EchoConnection connection;

    private final Limits limits;

    private final long startNanos;

    private long lastNanos;

    /** What the channel held at the last look: less than the bound of the ledger. */
    private int untaken;

    /** How many bytes the client's kernel had acknowledged at the last look: the lowest bits, which show a change. */
    private int acknowledged;

    private @Nullable Future<?> look;

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
        if (lifetimeLeft() > 0 && idleLeft() > 0) {
            this.look = lookAgain();
        } else {
            PendingInput.readBefore(this.connection.eventLoop(), this::timeIsUp);
        }
    }

    private void timeIsUp() {
        if (this.look == null) {
            return;
        }
        observeTaken();
        if (this.look == null) {
            // A write failed, and closed the connection.
            return;
        }
        if (lifetimeLeft() <= 0) {
            this.connection.close(CloseReason.LIFETIME);
        } else if (idleLeft() <= 0) {
            this.connection.close(CloseReason.IDLE);
        } else {
            this.look = lookAgain();
        }
    }

    private void observeTaken() {
        TcpInfo.of(this.connection.channel()).ifPresent(this::observeAcknowledged);
        int before = untaken();
        PendingOutput.offer(this.connection.channel());
        int after = untaken();
        // What the kernel took since the last look, it may have taken just now. It cannot take what is still to come.
        if (after != before || after != this.untaken || this.connection.held().isDue()) {
            this.untaken = after;
            passed();
        }
    }

    private int untaken() {
        return (int) this.connection.held().untaken();
    }

    /** The kernel's send buffer can hold megabytes, from which a slow reader takes long after the channel is done. */
    private void observeAcknowledged(TcpInfo info) {
        if (this.acknowledged != (int) info.bytesAcknowledged()) {
            this.acknowledged = (int) info.bytesAcknowledged();
            this.lastNanos =
                    Math.max(this.lastNanos, now() - info.sinceAcknowledgement().toNanos());
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
        if (this.look != null) {
            this.look.cancel(false);
            this.look = null;
        }
    }
}
