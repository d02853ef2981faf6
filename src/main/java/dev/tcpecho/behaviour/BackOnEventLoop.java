package dev.tcpecho.behaviour;

import dev.tcpecho.echo.HeldBytes;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.util.concurrent.Queues;
import reactor.util.context.Context;

/**
 * Flux that brings what a bean passes on back to the connection's event loop, and charges what the bean has made
 * itself. What is already there goes straight on. Reactor's publishOn never does, and keeps what its task has not yet
 * passed on when it is cancelled.
 */
final class BackOnEventLoop extends FluxOperator<ByteBuf, ByteBuf> {

    private static final int QUEUE_STEP = 16;

    private final EventLoop eventLoop;

    private final HeldBytes held;

    BackOnEventLoop(Flux<ByteBuf> stream, EventLoop eventLoop, HeldBytes held) {
        super(stream);
        this.eventLoop = eventLoop;
        this.held = held;
    }

    @Override
    public void subscribe(CoreSubscriber<? super ByteBuf> next) {
        this.source.subscribe(new Hop(next, this.eventLoop, this.held));
    }

    private static final class Hop implements CoreSubscriber<ByteBuf>, Subscription {

        private final CoreSubscriber<? super ByteBuf> next;

        private final EventLoop eventLoop;

        private final HeldBytes held;

        /** Of the thread that the bean uses at a time, for the event loop; the demand bounds it. */
        private final Queue<ByteBuf> queue =
                Queues.<ByteBuf>unbounded(QUEUE_STEP).get();

        /** What has been queued since the event loop last looked, and 0 if it has passed everything on. */
        private final AtomicInteger waiting = new AtomicInteger();

        private Subscription stream = Operators.emptySubscription();

        private volatile boolean complete;

        private volatile @Nullable Throwable failure;

        private volatile boolean cancelled;

        Hop(CoreSubscriber<? super ByteBuf> next, EventLoop eventLoop, HeldBytes held) {
            this.next = next;
            this.eventLoop = eventLoop;
            this.held = held;
        }

        @Override
        public Context currentContext() {
            return this.next.currentContext();
        }

        @Override
        public void onSubscribe(Subscription stream) {
            this.stream = stream;
            this.next.onSubscribe(this);
        }

        @Override
        public void request(long count) {
            this.stream.request(count);
        }

        @Override
        public void cancel() {
            this.cancelled = true;
            this.stream.cancel();
            hop();
        }

        @Override
        public void onNext(ByteBuf buffer) {
            if (isThere()) {
                pass(buffer);
            } else {
                this.queue.add(buffer);
                hop();
            }
        }

        @Override
        public void onComplete() {
            this.complete = true;
            signal();
        }

        @Override
        public void onError(Throwable cause) {
            this.failure = cause;
            onComplete();
        }

        private void signal() {
            if (isThere()) {
                end();
            } else {
                hop();
            }
        }

        /** Tells whether this is the event loop, and nothing waits that came earlier. */
        private boolean isThere() {
            return this.eventLoop.inEventLoop() && this.waiting.get() == 0;
        }

        private void hop() {
            if (this.waiting.getAndIncrement() == 0) {
                try {
                    this.eventLoop.execute(this::drain);
                } catch (RejectedExecutionException ex) {
                    // The service has stopped: there is nobody left to write to.
                    this.cancelled = true;
                    drain();
                }
            }
        }

        private void drain() {
            int seen = this.waiting.get();
            while (seen != 0) {
                boolean last = this.complete;
                for (ByteBuf buffer = this.queue.poll(); buffer != null; buffer = this.queue.poll()) {
                    pass(buffer);
                }
                if (last) {
                    end();
                }
                seen = this.waiting.addAndGet(-seen);
            }
        }

        private void pass(ByteBuf buffer) {
            if (this.cancelled) {
                buffer.release();
            } else {
                this.next.onNext(this.held.chargeOnce(buffer));
            }
        }

        private void end() {
            if (this.cancelled) {
                return;
            }
            this.cancelled = true;
            Throwable cause = this.failure;
            if (cause != null) {
                this.next.onError(cause);
            } else {
                this.next.onComplete();
            }
        }
    }
}
