package dev.tcpecho.behaviour;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Flux that cuts buffers into pieces, without copying them, and passes each piece on after a wait of its own. It takes
 * a buffer only when a piece is asked for, and releases what it still has when it is cancelled: Reactor's concatMap
 * discards what it has passed on too. Everything happens on one thread.
 */
final class Pieces extends FluxOperator<ByteBuf, ByteBuf> {

    private final Cut cut;

    /** Cuts a stream. One subscriber may use the cut. */
    Pieces(Flux<ByteBuf> stream, Cut cut) {
        super(stream);
        this.cut = cut;
    }

    @Override
    public void subscribe(CoreSubscriber<? super ByteBuf> pieces) {
        this.source.subscribe(new Cutter(pieces, this.cut));
    }

    /** How a stream is cut. */
    interface Cut {

        /** Returns the most bytes of the next piece, 1 or more. */
        int size();

        /** Waits before a piece is passed on. */
        Mono<Void> waitFor(ByteBuf piece);
    }

    private static final class Cutter implements CoreSubscriber<ByteBuf>, Subscription {

        private final CoreSubscriber<? super ByteBuf> pieces;

        private final Cut cut;

        private Subscription source = Operators.emptySubscription();

        private long demand;

        private boolean asked;

        private @Nullable ByteBuf buffer;

        private @Nullable ByteBuf piece;

        private @Nullable Disposable wait;

        private boolean complete;

        private boolean ended;

        private boolean draining;

        private boolean drainAgain;

        Cutter(CoreSubscriber<? super ByteBuf> pieces, Cut cut) {
            this.pieces = pieces;
            this.cut = cut;
        }

        @Override
        public Context currentContext() {
            return this.pieces.currentContext();
        }

        @Override
        public void onSubscribe(Subscription source) {
            this.source = source;
            this.pieces.onSubscribe(this);
        }

        @Override
        public void request(long count) {
            this.demand = Operators.addCap(this.demand, count);
            drain();
        }

        @Override
        public void onNext(ByteBuf buffer) {
            if (this.ended) {
                buffer.release();
                return;
            }
            this.asked = false;
            this.buffer = buffer;
            drain();
        }

        @Override
        public void onComplete() {
            this.complete = true;
            drain();
        }

        @Override
        public void onError(Throwable cause) {
            if (end()) {
                this.pieces.onError(cause);
            }
        }

        @Override
        public void cancel() {
            this.source.cancel();
            end();
        }

        private boolean end() {
            if (this.ended) {
                return false;
            }
            this.ended = true;
            if (this.wait != null) {
                this.wait.dispose();
            }
            release(this.piece);
            release(this.buffer);
            this.piece = null;
            this.buffer = null;
            return true;
        }

        private static void release(@Nullable ByteBuf buffer) {
            if (buffer != null) {
                buffer.release();
            }
        }

        /** A step may bring about another one before it returns: steps follow each other, and do not nest. */
        private void drain() {
            if (this.draining) {
                this.drainAgain = true;
                return;
            }
            this.draining = true;
            do {
                this.drainAgain = false;
                while (step()) {
                    // Until there is nothing to do.
                }
            } while (this.drainAgain);
            this.draining = false;
        }

        /** Returns whether there may be another step. */
        private boolean step() {
            if (this.ended || this.wait != null) {
                return false;
            }
            if (this.piece != null) {
                ByteBuf next = this.piece;
                this.piece = null;
                this.demand--;
                this.pieces.onNext(next);
                return true;
            }
            if (this.buffer != null) {
                return this.demand > 0 && cutNext(this.buffer);
            }
            if (this.complete) {
                this.ended = true;
                this.pieces.onComplete();
                return false;
            }
            if (this.demand > 0 && !this.asked) {
                this.asked = true;
                this.source.request(1);
                return true;
            }
            return false;
        }

        private boolean cutNext(ByteBuf buffer) {
            int size = this.cut.size();
            if (size >= buffer.readableBytes()) {
                this.buffer = null;
                this.piece = buffer;
            } else {
                this.piece = buffer.readRetainedSlice(size);
            }
            waitFor(this.piece);
            return true;
        }

        private void waitFor(ByteBuf piece) {
            // Before the subscription, which may complete at once.
            Disposable.Swap waiting = Disposables.swap();
            this.wait = waiting;
            waiting.update(this.cut.waitFor(piece).subscribe(nothing -> {}, this::onError, () -> {
                this.wait = null;
                drain();
            }));
        }
    }
}
