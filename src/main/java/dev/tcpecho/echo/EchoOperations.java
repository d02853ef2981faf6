package dev.tcpecho.echo;

import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.address.ClientAddress;
import dev.tcpecho.metrics.CloseReason;
import dev.tcpecho.metrics.ListenerMetrics;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.NettyInbound;
import reactor.netty.NettyOutbound;
import reactor.netty.channel.AbortedException;
import reactor.netty.channel.ChannelOperations;

/**
 * {@link ChannelOperations} of one connection that complete the inbound Flux when the client ends its stream, which
 * Reactor Netty's own do not. They are the record of the connection too: they count its bytes and its end.
 */
public final class EchoOperations extends ChannelOperations<NettyInbound, NettyOutbound> implements EchoConnection {

    /** One for all listeners. */
    private static final MemoryShortage shortage = new MemoryShortage();

    private final ListenerMetrics metrics;

    private final HeldBytes held;

    private final EchoStream stream;

    private final @Nullable TimeLimits timeLimits;

    private final long startNanos = System.nanoTime();

    private boolean silent = true;

    private boolean inputEnded;

    private @Nullable CloseReason closeReason;

    private volatile boolean open = true;

    private volatile List<String> behaviours = List.of();

    /**
     * Begins the echo of a connection that has been admitted.
     *
     * @param connection the connection
     * @param observer what Reactor Netty tells of it
     * @param metrics what counts it
     * @param limits for how long it may go on
     * @param held what is held for it
     * @param stream what becomes of its stream
     */
    public EchoOperations(
            Connection connection,
            ConnectionObserver observer,
            ListenerMetrics metrics,
            Limits limits,
            HeldBytes held,
            EchoStream stream) {
        super(connection, observer);
        this.metrics = metrics;
        this.held = held;
        this.stream = stream;
        this.timeLimits = TimeLimits.areSet(limits) ? new TimeLimits(this, limits) : null;
        metrics.accepted();
    }

    /**
     * Finds the echo of a channel, on any thread.
     *
     * @param channel the channel
     * @return the echo; empty before the connection is admitted, and after it has ended
     */
    public static Optional<EchoOperations> of(Channel channel) {
        return (ChannelOperations.get(channel) instanceof EchoOperations operations)
                ? Optional.of(operations)
                : Optional.empty();
    }

    /**
     * Tells of the connection, on any thread.
     *
     * @return what is known now
     */
    public OpenConnection describe() {
        return new OpenConnection(
                this.metrics.listener(), ClientAddress.describe(channel()), age(), this.held.total(), this.behaviours);
    }

    @Override
    public Duration age() {
        return Duration.ofNanos(System.nanoTime() - this.startNanos);
    }

    /** Returns the client's bytes. Each buffer is released when it has been passed on: who keeps it retains it. */
    @SuppressWarnings("unchecked") // Nothing but buffers is passed on. A cast of each would be one more operator.
    Flux<ByteBuf> received() {
        return (Flux<ByteBuf>) (Flux<?>) receiveObject();
    }

    EchoStream stream() {
        return this.stream;
    }

    @Override
    public void behaviours(List<String> names) {
        this.behaviours = names;
    }

    /** Counts what was read, and passes it to the Flux. */
    @Override
    protected void onInboundNext(ChannelHandlerContext context, Object message) {
        ByteBuf buffer = (ByteBuf) message;
        if (this.inputEnded || this.closeReason != null) {
            // The end of our stream is on its way to the client, maybe still in the TLS handler.
            buffer.release();
            return;
        }
        this.silent = false;
        this.metrics.received(buffer.readableBytes());
        if (this.timeLimits != null) {
            this.timeLimits.passed();
        }
        super.onInboundNext(context, buffer);
    }

    /** Completes the inbound Flux: the client has ended its stream. */
    public void endInput() {
        this.inputEnded = true;
        onInboundComplete();
    }

    /**
     * Tells whether the client has ended its stream.
     *
     * @return whether the inbound Flux is complete
     */
    public boolean isInputEnded() {
        return this.inputEnded;
    }

    @Override
    protected void onWritabilityChanged() {
        this.held.limitReads();
    }

    /** Counts bytes that the kernel has taken for the client. */
    void sent(int bytes) {
        this.metrics.sent(bytes);
        this.held.taken();
    }

    /**
     * Keeps the reason of a failure, unless there is one already: a channel that is closed was closed for a reason of
     * its own. A connection for which there is no memory is reset: a clean end would hide that its echo is not whole.
     *
     * @param cause what a read or a write failed with
     */
    public void failed(Throwable cause) {
        if (MemoryShortage.isCauseOf(cause)) {
            noMemory(cause);
        } else if (!(cause instanceof ClosedChannelException || cause instanceof AbortedException)) {
            closes(CloseReason.of(cause));
        }
    }

    private void noMemory(Throwable cause) {
        if (this.closeReason == null) {
            shortage.add(cause, eventLoop());
        }
        reset(CloseReason.ERROR);
    }

    /**
     * Closes a channel of a service that stops, whatever is still owed; on any thread. If the echo has not begun, the
     * handlers are told, and whoever still waits for the client counts the connection.
     *
     * @param channel the channel, whether or not its connection has been admitted
     */
    public static void drain(Channel channel) {
        channel.eventLoop().execute(() -> {
            of(channel)
                    .ifPresentOrElse(
                            operations -> operations.closes(CloseReason.DRAIN),
                            () -> channel.pipeline().fireUserEventTriggered(EchoEvent.DRAIN));
            channel.close();
        });
    }

    @Override
    public EventLoop eventLoop() {
        return channel().eventLoop();
    }

    @Override
    public HeldBytes held() {
        return this.held;
    }

    @Override
    public void close(CloseReason reason) {
        closes(reason);
        channel().close();
    }

    @Override
    public void reset(CloseReason reason) {
        closes(reason);
        reset(channel());
    }

    /**
     * Resets a channel, whether or not its connection has been admitted. Only on its event loop.
     *
     * @param channel the channel
     */
    public static void reset(Channel channel) {
        if (!channel.isOpen()) {
            return;
        }
        channel.pipeline().fireUserEventTriggered(EchoEvent.RESET);
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        // Past every handler, as each of them would send something first.
        channel.unsafe().close(channel.unsafe().voidPromise());
    }

    @Override
    public void closes(CloseReason reason) {
        if (this.closeReason == null) {
            this.closeReason = reason;
        }
    }

    /** Ends the echo of a connection that is closed. */
    @Override
    protected void onInboundClose() {
        end(CloseReason.RESET);
        super.onInboundClose();
    }

    /** Counts the end, once. A close that nobody here asked for, and no error explains, is the client's. */
    void end(CloseReason ofClient) {
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
}
