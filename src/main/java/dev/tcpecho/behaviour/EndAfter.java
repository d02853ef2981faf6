package dev.tcpecho.behaviour;

import dev.tcpecho.BehaviourProperties.After;
import io.netty.buffer.ByteBuf;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;

/**
 * Ends a connection at an age, or when a number of bytes has passed in both directions together: with a FIN or with a
 * RST. What is sent is cut to that number.
 */
final class EndAfter implements Behaviour {

    static final String CLOSE = "close-after";

    static final String RESET = "reset-after";

    private final String name;

    private final long bytes;

    private final long nanos;

    private EndAfter(String name, After properties) {
        this.name = name;
        this.bytes = (properties.bytes() != null) ? properties.bytes().toBytes() : Long.MAX_VALUE;
        this.nanos = (properties.time() != null) ? Nanos.of(properties.time()) : Long.MAX_VALUE;
    }

    /** Ends connections with a FIN. */
    static EndAfter close(After properties) {
        return new EndAfter(CLOSE, properties);
    }

    /** Ends connections with a RST. */
    static EndAfter reset(After properties) {
        return new EndAfter(RESET, properties);
    }

    @Override
    public Flux<ByteBuf> apply(Flux<ByteBuf> stream, BehaviourContext context) {
        return Flux.using(
                () -> new Passed(context),
                passed -> stream.handle(passed::send).concatWith(Mono.fromRunnable(passed::sent)),
                Passed::dispose);
    }

    /** What has passed on one connection. */
    private final class Passed implements Disposable {

        private final BehaviourContext context;

        private final Disposable.Composite watches = Disposables.composite();

        private long left = EndAfter.this.bytes;

        private boolean over;

        Passed(BehaviourContext context) {
            this.context = context;
            // First: when the behaviours are replaced, what they hold comes out, and ends nothing any more.
            this.watches.add(context.replaced().subscribe(nothing -> {}, failure -> {}, this::disarm));
            if (EndAfter.this.bytes < Long.MAX_VALUE) {
                this.watches.add(context.arrivals().subscribe(this::receive));
            }
            if (EndAfter.this.nanos < Long.MAX_VALUE) {
                long time =
                        context.nanoTime() + EndAfter.this.nanos - context.age().toNanos();
                this.watches.add(context.until(time).subscribe(nothing -> {}, failure -> {}, () -> endAt(time)));
            }
        }

        private void disarm() {
            this.over = true;
            this.left = Long.MAX_VALUE;
        }

        /** A wait ends too when the behaviours are replaced. */
        private void endAt(long time) {
            if (this.context.nanoTime() - time >= 0) {
                endNow();
            }
        }

        private void receive(int bytes) {
            this.left -= bytes;
            if (this.left <= 0) {
                endNow();
            }
        }

        private void endNow() {
            if (isFirst()) {
                if (resets()) {
                    this.context.reset();
                } else {
                    this.context.close();
                }
            }
        }

        void send(ByteBuf buffer, SynchronousSink<ByteBuf> sink) {
            if (buffer.readableBytes() < this.left) {
                this.left -= buffer.readableBytes();
                sink.next(buffer);
            } else {
                sink.next(buffer.writerIndex(buffer.readerIndex() + (int) Math.max(0, this.left)));
                this.left = 0;
                this.context.ending();
                sink.complete();
            }
        }

        /** The stream is complete, and everything of it has been passed on. */
        void sent() {
            if (this.left == 0 && isFirst() && resets()) {
                this.context.reset();
            }
        }

        private boolean isFirst() {
            boolean first = !this.over;
            if (first) {
                this.over = true;
                this.context.acted(EndAfter.this.name, 1);
            }
            return first;
        }

        private boolean resets() {
            return EndAfter.this.name.equals(RESET);
        }

        @Override
        public void dispose() {
            this.watches.dispose();
        }
    }
}
