package dev.tcpecho.behaviour;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Flux that flushes each buffer by itself, and asks for the next one when the channel can take it, so that small pieces
 * do not pile up for a client that does not read. Its subscriber asks for everything, and writes to the channel.
 */
final class PacedWrites extends FluxOperator<ByteBuf, ByteBuf> {

    private final Channel channel;

    PacedWrites(Flux<ByteBuf> stream, Channel channel) {
        super(stream);
        this.channel = channel;
    }

    @Override
    public void subscribe(CoreSubscriber<? super ByteBuf> writer) {
        this.source.subscribe(new Pacer(writer, this.channel));
    }

    private static final class Pacer implements CoreSubscriber<ByteBuf>, Subscription {

        private final CoreSubscriber<? super ByteBuf> writer;

        private final Channel channel;

        private Subscription stream = Operators.emptySubscription();

        Pacer(CoreSubscriber<? super ByteBuf> writer, Channel channel) {
            this.writer = writer;
            this.channel = channel;
        }

        @Override
        public Context currentContext() {
            return this.writer.currentContext();
        }

        @Override
        public void onSubscribe(Subscription stream) {
            this.stream = stream;
            this.writer.onSubscribe(this);
        }

        /** Is called once, for everything. */
        @Override
        public void request(long count) {
            this.stream.request(1);
        }

        @Override
        public void onNext(ByteBuf buffer) {
            this.writer.onNext(buffer);
            this.channel.flush();
            if (this.channel.isWritable()) {
                this.stream.request(1);
            } else {
                // It is written when everything before it is.
                this.channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> this.stream.request(1));
            }
        }

        @Override
        public void onComplete() {
            this.writer.onComplete();
        }

        @Override
        public void onError(Throwable cause) {
            this.writer.onError(cause);
        }

        @Override
        public void cancel() {
            this.stream.cancel();
        }
    }
}
