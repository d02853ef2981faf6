package dev.tcpecho.server;

import dev.tcpecho.EchoProperties.Drain;
import dev.tcpecho.channel.DrainIdleHandler;
import dev.tcpecho.channel.LingeringClose;
import dev.tcpecho.echo.EchoOperations;
import dev.tcpecho.transport.PendingInput;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.convert.DurationStyle;

/**
 * Ends the open connections of a service that stops: each once it is quiet, and at the timeout all of them. Waits no
 * longer than delay, timeout and {@link LingeringClose#LINGER} together, whatever clients do.
 */
final class ConnectionDrain {

    private static final Log logger = LogFactory.getLog(ConnectionDrain.class);

    /** How long event loops may take over what does not wait for any client. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final ChannelGroup connections;

    private final Drain properties;

    private volatile long deadlineNanos;

    private volatile boolean draining;

    ConnectionDrain(ChannelGroup connections, Drain properties) {
        this.connections = connections;
        this.properties = properties;
    }

    boolean isDraining() {
        return this.draining;
    }

    Duration remaining() {
        return this.draining
                ? Duration.ofNanos(Math.max(0, this.deadlineNanos - System.nanoTime()))
                : this.properties.delay().plus(this.properties.timeout());
    }

    /** Waits for the delay, in which the listeners stay open. */
    void begin() {
        Duration delay = this.properties.delay();
        this.deadlineNanos = deadlineNanos(delay.plus(this.properties.timeout()));
        this.draining = true;
        logger.info("Echo draining: the listeners close in %s".formatted(print(delay)));
        pause(delay);
    }

    /** Ends every connection; nobody may accept any more. */
    void end() {
        Duration quiet = this.properties.quiet();
        Duration timeout = this.properties.timeout();
        this.deadlineNanos = deadlineNanos(timeout);
        if (!this.connections.isEmpty()) {
            logger.info("Echo stopping: connections still open: %s; each ends when quiet for %s, and all within %s"
                    .formatted(this.connections.size(), print(quiet), print(timeout)));
        }
        this.connections.forEach(channel -> DrainIdleHandler.install(channel, quiet));
        awaitEnd(timeout);
        int left = this.connections.size();
        this.connections.forEach(ConnectionDrain::closeBehindPendingInput);
        awaitEnd(LingeringClose.LINGER);
        this.connections.forEach(ConnectionDrain::closeNow);
        awaitEnd(CLOSE_TIMEOUT);
        this.draining = false;
        logger.info("Echo stopped: connections that were still open and had to be closed: %s".formatted(left));
    }

    private static long deadlineNanos(Duration timeout) {
        return System.nanoTime() + nanos(timeout);
    }

    /** At most what a long holds, 292 years, where {@link Duration#toNanos()} throws. */
    private static long nanos(Duration duration) {
        return TimeUnit.NANOSECONDS.convert(duration);
    }

    private static String print(Duration duration) {
        return DurationStyle.SIMPLE.print(duration);
    }

    private static void pause(Duration duration) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos(duration));
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitEnd(Duration timeout) {
        this.connections.newCloseFuture().awaitUninterruptibly(timeout.toMillis());
    }

    private static void closeBehindPendingInput(Channel channel) {
        PendingInput.readBefore(channel.eventLoop(), () -> EchoOperations.drain(channel));
    }

    /** Past every handler, as each of them may still wait for the client. */
    private static void closeNow(Channel channel) {
        channel.eventLoop()
                .execute(() -> channel.unsafe().close(channel.unsafe().voidPromise()));
    }
}
