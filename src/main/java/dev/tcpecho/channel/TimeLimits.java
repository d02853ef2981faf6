package dev.tcpecho.channel;

import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.echo.Echo;
import dev.tcpecho.metrics.CloseReason;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection on which no byte has passed in either direction for a while, where a slow reader is not idle; and
 * at an age, whatever it is doing. Netty's {@link io.netty.handler.timeout.IdleStateHandler IdleStateHandler} takes
 * four times the memory and adds a listener to every write. Here the echo tells what it reads, and what is owed to the
 * client is looked at when the time is up.
 */
public final class TimeLimits implements Runnable {

    private final Channel channel;

    private final Limits limits;

    private final long startNanos;

    private long lastNanos;

    private long owed;

    private Future<?> look;

    /**
     * Starts the time of a connection.
     *
     * @param channel the connection
     * @param limits its limits, of which one at least is not zero
     */
    public TimeLimits(Channel channel, Limits limits) {
        this.channel = channel;
        this.limits = limits;
        this.startNanos = now();
        this.lastNanos = this.startNanos;
        this.look = lookAgain();
    }

    /**
     * Tells whether there is a limit at all.
     *
     * @param limits the limits
     * @return whether one is not zero
     */
    public static boolean areSet(Limits limits) {
        return !limits.idleTimeout().isZero() || !limits.lifetime().isZero();
    }

    /** Counts the time for which the connection is idle anew. */
    public void passed() {
        this.lastNanos = now();
    }

    /** Runs when a time may be up. */
    @Override
    public void run() {
        observeOwed();
        if (lifetimeLeft() <= 0) {
            Echo.close(this.channel, CloseReason.LIFETIME);
        } else if (idleLeft() <= 0) {
            Echo.close(this.channel, CloseReason.IDLE);
        } else {
            this.look = lookAgain();
        }
    }

    /** What the client took since the last look, it may have taken just now. */
    private void observeOwed() {
        ChannelOutboundBuffer buffer = this.channel.unsafe().outboundBuffer();
        long owed = (buffer != null) ? buffer.totalPendingWriteBytes() - buffer.currentProgress() : 0;
        if (owed != this.owed) {
            this.owed = owed;
            passed();
        }
    }

    private Future<?> lookAgain() {
        return this.channel.eventLoop().schedule(this, Math.min(lifetimeLeft(), idleLeft()), TimeUnit.NANOSECONDS);
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
        return this.channel.eventLoop().ticker().nanoTime();
    }

    /** Ends the watch. */
    public void stop() {
        this.look.cancel(false);
    }
}
