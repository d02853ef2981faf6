package dev.tcpecho.echo;

import dev.tcpecho.echo.EchoWriter.Write;
import dev.tcpecho.metrics.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.DefaultChannelPromise;
import io.netty.util.concurrent.GenericFutureListener;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/**
 * Hands each buffer of an echo itself to the channel, which is flushed when all that could be read is here. It asks for
 * everything: {@link HeldBytes} holds the client back. When the echo is complete, and the kernel has taken it, this
 * completes too.
 */
final class EchoWriter implements CoreSubscriber<ByteBuf>, Subscription, GenericFutureListener<Write> {

    private final EchoOperations connection;

    private final Channel channel;

    private final Subscriber<? super Void> completion;

    private Subscription echo = Operators.emptySubscription();

    EchoWriter(EchoOperations connection, Subscriber<? super Void> completion) {
        this.connection = connection;
        this.channel = connection.channel();
        this.completion = completion;
    }

    @Override
    public void onSubscribe(Subscription echo) {
        this.echo = echo;
        this.completion.onSubscribe(this);
        echo.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(ByteBuf buffer) {
        Write write = new Write(this.channel, buffer.readableBytes());
        write.addListener(this);
        // The caller releases the buffer behind this, and the channel behind the write.
        this.channel.write(buffer.retain(), write);
    }

    @Override
    public void operationComplete(Write write) {
        if (write.isSuccess()) {
            this.connection.sent(write.bytes);
        } else {
            this.connection.failed(write.cause());
        }
    }

    /** Completes when the kernel has taken the rest: then the connection closes, with nothing unread or unsent. */
    @Override
    public void onComplete() {
        this.channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(rest -> {
            if (rest.isSuccess()) {
                this.connection.end(CloseReason.CLIENT);
                this.completion.onComplete();
            } else {
                onError(rest.cause());
            }
        });
    }

    @Override
    public void onError(Throwable cause) {
        this.connection.failed(cause);
        this.connection.end(CloseReason.RESET);
        this.completion.onError(cause);
    }

    /** Asks for nothing: no item will come, whatever the demand. */
    @Override
    public void request(long count) {}

    /** Stops the echo of a connection that is closed. */
    @Override
    public void cancel() {
        this.echo.cancel();
    }

    /** Write promise that carries its byte count, which saves a listener object for each write. */
    static final class Write extends DefaultChannelPromise {

        private final int bytes;

        private Write(Channel channel, int bytes) {
            super(channel);
            this.bytes = bytes;
        }
    }
}
