package dev.tcpecho.server;

import dev.tcpecho.metrics.CloseReason;
import dev.tcpecho.metrics.ListenerMetrics;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.netty.FutureMono;

/** The echo of one connection, and what is counted of it. Everything here runs on the connection's event loop. */
final class Echo {

    private static final AttributeKey<CloseReason> CLOSE_REASON = AttributeKey.valueOf("echo.close-reason");

    private final Channel channel;

    private final ListenerMetrics metrics;

    private final long startNanos = System.nanoTime();

    private boolean silent = true;

    Echo(Channel channel, ListenerMetrics metrics) {
        this.channel = channel;
        this.metrics = metrics;
        metrics.accepted();
    }

    /** Closes a channel from the server's side, whatever is still owed, to be counted with the given reason. */
    static void close(Channel channel, CloseReason reason) {
        channel.eventLoop().execute(() -> {
            channel.attr(CLOSE_REASON).setIfAbsent(reason);
            channel.close();
        });
    }

    /**
     * Sends back what the client sends until its {@link EndOfInput}, and completes when the kernel has taken all of it.
     * The connection closes on completion, with nothing unread and nothing unsent.
     */
    Mono<Void> of(Flux<?> inbound) {
        return inbound.takeWhile(message -> message != EndOfInput.MARKER)
                .cast(ByteBuf.class)
                .doOnNext(this::send)
                .then(FutureMono.deferFuture(() -> this.channel.writeAndFlush(Unpooled.EMPTY_BUFFER)))
                .doOnError(this::failed)
                .doFinally(this::ended);
    }

    /** Hands the buffer itself to the channel; {@link Backpressure} flushes when all that could be read is here. */
    private void send(ByteBuf buffer) {
        int bytes = buffer.readableBytes();
        this.silent = false;
        this.metrics.received(bytes);
        this.channel.write(buffer.retain()).addListener(write -> {
            if (write.isSuccess()) {
                this.metrics.sent(bytes);
            } else {
                failed(write.cause());
            }
        });
    }

    /** Keeps the first cause: what follows it, a closed channel above all, is its consequence. */
    private void failed(Throwable cause) {
        if (!(cause instanceof ClosedChannelException)) {
            this.channel.attr(CLOSE_REASON).setIfAbsent(CloseReason.of(cause));
        }
    }

    private void ended(SignalType signal) {
        CloseReason reason = this.channel.attr(CLOSE_REASON).get();
        if (reason == null) {
            reason = (signal == SignalType.ON_COMPLETE) ? CloseReason.CLIENT : CloseReason.ERROR;
        }
        if (this.silent && (reason == CloseReason.CLIENT || reason == CloseReason.RESET)) {
            reason = CloseReason.PROBE;
        }
        this.metrics.closed(reason, Duration.ofNanos(System.nanoTime() - this.startNanos));
    }
}
