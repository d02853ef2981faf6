package dev.tcpecho.echo;

import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.address.ClientAddress;
import dev.tcpecho.channel.TimeLimits;
import dev.tcpecho.echo.Echo.Write;
import dev.tcpecho.metrics.CloseReason;
import dev.tcpecho.metrics.ListenerMetrics;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.GenericFutureListener;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The echo of one connection, and what is counted of it. A client is read only while it takes its echo: the channel's
 * high-water mark bounds what is held for one that does not.
 */
public final class Echo extends ChannelInboundHandlerAdapter implements GenericFutureListener<Write> {

    /** Its name in a pipeline. */
    public static final String NAME = "echo";

    private final ListenerMetrics metrics;

    private final Limits limits;

    private @Nullable TimeLimits timeLimits;

    private long startNanos;

    private volatile boolean open;

    private boolean silent = true;

    private boolean inputEnded;

    private @Nullable CloseReason closeReason;

    /**
     * Echoes one connection.
     *
     * @param metrics what counts it
     * @param limits for how long it may go on
     */
    public Echo(ListenerMetrics metrics, Limits limits) {
        this.metrics = metrics;
        this.limits = limits;
    }

    /**
     * Tells of a channel's connection, on any thread.
     *
     * @param channel the channel
     * @return what is known; empty while it is being admitted, or when it is closed
     */
    public static Optional<OpenConnection> describe(Channel channel) {
        Echo echo = channel.pipeline().get(Echo.class);
        ChannelOutboundBuffer held = channel.unsafe().outboundBuffer();
        if (echo == null || !echo.open || held == null) {
            return Optional.empty();
        }
        return Optional.of(new OpenConnection(
                echo.metrics.listener(),
                NetUtil.toAddressString(ClientAddress.of(channel)),
                echo.age(),
                held.totalPendingWriteBytes()));
    }

    private Duration age() {
        return Duration.ofNanos(System.nanoTime() - this.startNanos);
    }

    /**
     * Closes a channel from the server's side, whatever is still owed.
     *
     * @param channel the channel
     * @param reason what it is counted with
     */
    public static void close(Channel channel, CloseReason reason) {
        channel.eventLoop().execute(() -> {
            Echo echo = channel.pipeline().get(Echo.class);
            if (echo != null) {
                echo.closes(reason);
            }
            channel.close();
        });
    }

    /** Keeps the first reason: what follows it is its consequence. */
    private void closes(CloseReason reason) {
        if (this.closeReason == null) {
            this.closeReason = reason;
        }
    }

    /** Starts when the connection has been admitted. */
    @Override
    public void channelActive(ChannelHandlerContext context) {
        this.startNanos = System.nanoTime();
        this.open = true;
        this.metrics.accepted();
        if (TimeLimits.areSet(this.limits)) {
            this.timeLimits = new TimeLimits(context.channel(), this.limits);
        }
        context.fireChannelActive();
        // Reactor Netty has just turned it off, for its own reads.
        context.channel().config().setAutoRead(true);
    }

    /** Hands the buffer itself to the channel, which is flushed when all that could be read is here. */
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf buffer = (ByteBuf) message;
        if (this.inputEnded || this.closeReason != null) {
            // The end of the stream is on its way to the client, maybe still in the TLS handler, and this came after
            // it.
            buffer.release();
            return;
        }
        int bytes = buffer.readableBytes();
        this.silent = false;
        this.metrics.received(bytes);
        if (this.timeLimits != null) {
            this.timeLimits.passed();
        }
        Write write = new Write(context.channel(), bytes);
        write.addListener(this);
        context.write(buffer, write);
    }

    @Override
    public void operationComplete(Write write) {
        if (write.isSuccess()) {
            this.metrics.sent(write.bytes);
        } else {
            failed(write.cause());
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        // Before the echo too: io_uring may tell of a reset right behind what it read only when something is written.
        context.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (!context.channel().isWritable()) {
            // Before reading stops, so that epoll always waits for one of both: Netty loses a descriptor that waits for
            // none. It may also make the channel writable at once, and then reading goes on.
            context.flush();
        }
        context.channel().config().setAutoRead(context.channel().isWritable());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        // Reactor Netty would close at the second, whatever is owed.
        if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
            endInput(context);
        }
    }

    /** Closes the connection when the kernel has taken the rest, with nothing unread or unsent. */
    private void endInput(ChannelHandlerContext context) {
        if (this.inputEnded) {
            return;
        }
        this.inputEnded = true;
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(rest -> {
            if (rest.isSuccess()) {
                end(CloseReason.CLIENT);
            } else {
                failed(rest.cause());
                end(CloseReason.RESET);
            }
            context.channel().close();
        });
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failed(cause);
        // What comes behind the client's end is no reason to keep the rest from it.
        if (!this.inputEnded) {
            end(CloseReason.RESET);
            context.channel().close();
        }
    }

    /** A channel that is closed was closed for a reason of its own. */
    private void failed(Throwable cause) {
        if (!(cause instanceof ClosedChannelException)) {
            closes(CloseReason.of(cause));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end(CloseReason.RESET);
        context.fireChannelInactive();
    }

    /** Counts the end, once. A close that nobody here asked for, and no error explains, is the client's. */
    private void end(CloseReason ofClient) {
        if (!this.open) {
            return;
        }
        this.open = false;
        if (this.timeLimits != null) {
            this.timeLimits.stop();
        }
        closes(ofClient);
        CloseReason reason = Objects.requireNonNull(this.closeReason);
        if (this.silent && (reason == CloseReason.CLIENT || reason == CloseReason.RESET)) {
            reason = CloseReason.PROBE;
        }
        this.metrics.closed(reason, age());
    }

    /** What Netty makes for each write, and the size of it: a listener that knew it would be one more object. */
    static final class Write extends DefaultChannelPromise {

        private final int bytes;

        private Write(Channel channel, int bytes) {
            super(channel);
            this.bytes = bytes;
        }
    }
}
