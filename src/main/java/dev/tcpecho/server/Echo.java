package dev.tcpecho.server;

import dev.tcpecho.address.ClientAddress;
import dev.tcpecho.metrics.CloseReason;
import dev.tcpecho.metrics.ListenerMetrics;
import dev.tcpecho.server.Echo.Write;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultChannelPromise;
import io.netty.util.AttributeKey;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.GenericFutureListener;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.netty.channel.AbortedException;

/** The echo of one connection, and what is counted of it. Everything here runs on the connection's event loop. */
final class Echo implements CoreSubscriber<Object>, Subscription, GenericFutureListener<Write> {

    private static final AttributeKey<Echo> ECHO = AttributeKey.valueOf("echo");

    private final Channel channel;

    private final ListenerMetrics metrics;

    private final long startNanos = System.nanoTime();

    private final @Nullable TimeLimits timeLimits;

    private final Subscriber<? super Void> completion;

    private Subscription inbound = Operators.emptySubscription();

    private boolean silent = true;

    private boolean ended;

    private @Nullable CloseReason closeReason;

    /** An echo that tells its subscriber, to whom it sends nothing, of its end. */
    Echo(
            Channel channel,
            ListenerMetrics metrics,
            @Nullable TimeLimits timeLimits,
            Subscriber<? super Void> completion) {
        this.channel = channel;
        this.metrics = metrics;
        this.timeLimits = timeLimits;
        this.completion = completion;
        metrics.accepted();
        channel.attr(ECHO).set(this);
    }

    /** Tells of a channel's connection, on any thread; empty while it is being admitted, or when it is closed. */
    static Optional<OpenConnection> describe(Channel channel) {
        Echo echo = channel.attr(ECHO).get();
        ChannelOutboundBuffer held = channel.unsafe().outboundBuffer();
        if (echo == null || held == null) {
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

    /** Closes a channel from the server's side, whatever is still owed, to be counted with the given reason. */
    static void close(Channel channel, CloseReason reason) {
        channel.eventLoop().execute(() -> {
            Echo echo = channel.attr(ECHO).get();
            if (echo != null) {
                echo.closes(reason);
            }
            channel.close();
        });
    }

    /** Tells the echo of a channel of a failure that came after the client's end. */
    static void failed(Channel channel, Throwable cause) {
        Echo echo = channel.attr(ECHO).get();
        if (echo != null) {
            echo.failed(cause);
        }
    }

    /** Keeps the first reason: what follows it is its consequence. */
    private void closes(CloseReason reason) {
        if (this.closeReason == null) {
            this.closeReason = reason;
        }
    }

    /** Asks for all there is: {@link Backpressure} holds it back. */
    @Override
    public void onSubscribe(Subscription inbound) {
        this.inbound = inbound;
        this.completion.onSubscribe(this);
        inbound.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Object message) {
        if (message == EndOfInput.MARKER) {
            this.inbound.cancel();
            onComplete();
        } else {
            send((ByteBuf) message);
        }
    }

    /** Completes when the kernel has taken the rest; then the connection closes, with nothing unread or unsent. */
    @Override
    public void onComplete() {
        this.channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(rest -> {
            if (!rest.isSuccess()) {
                onError(rest.cause());
            } else if (end(CloseReason.CLIENT)) {
                this.completion.onComplete();
            }
        });
    }

    @Override
    public void onError(Throwable cause) {
        failed(cause);
        if (end(CloseReason.RESET)) {
            this.completion.onError(cause);
        }
    }

    /** Asks for nothing: no item will come, whatever the demand. */
    @Override
    public void request(long count) {}

    /** Ends the echo of a connection that is closed. */
    @Override
    public void cancel() {
        this.inbound.cancel();
        end(CloseReason.RESET);
    }

    /** Hands the buffer itself to the channel; {@link Backpressure} flushes when all that could be read is here. */
    private void send(ByteBuf buffer) {
        if (this.closeReason != null) {
            // The end of the stream is on its way to the client, maybe still in the TLS handler, and this came after
            // it.
            return;
        }
        int bytes = buffer.readableBytes();
        this.silent = false;
        this.metrics.received(bytes);
        if (this.timeLimits != null) {
            this.timeLimits.passed();
        }
        Write write = new Write(this.channel, bytes);
        write.addListener(this);
        this.channel.write(buffer.retain(), write);
    }

    @Override
    public void operationComplete(Write write) {
        if (write.isSuccess()) {
            this.metrics.sent(write.bytes);
        } else {
            failed(write.cause());
        }
    }

    /** A channel that is closed was closed for a reason of its own. */
    private void failed(Throwable cause) {
        if (!(cause instanceof ClosedChannelException || cause instanceof AbortedException)) {
            closes(CloseReason.of(cause));
        }
    }

    /**
     * Counts the end, if it is the first. A close that nobody here asked for, and no error explains, is the client's.
     */
    private boolean end(CloseReason ofClient) {
        if (this.ended) {
            return false;
        }
        this.ended = true;
        if (this.timeLimits != null) {
            this.timeLimits.stop();
        }
        closes(ofClient);
        CloseReason reason = Objects.requireNonNull(this.closeReason);
        if (this.silent && (reason == CloseReason.CLIENT || reason == CloseReason.RESET)) {
            reason = CloseReason.PROBE;
        }
        this.metrics.closed(reason, age());
        return true;
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
