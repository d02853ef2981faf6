package dev.tcpecho.behaviour;

import dev.tcpecho.BehaviourProperties.After;
import io.netty.buffer.ByteBuf;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Stops the echo, and keeps the connection open: what comes then is held, until nothing more may be. */
final class StallAfter implements Behaviour {

    static final String NAME = "stall-after";

    private final long bytes;

    private final long nanos;

    StallAfter(After properties) {
        this.bytes = (properties.bytes() != null) ? properties.bytes().toBytes() : Long.MAX_VALUE;
        this.nanos = (properties.time() != null) ? Nanos.of(properties.time()) : Long.MAX_VALUE;
    }

    @Override
    public Flux<ByteBuf> apply(Flux<ByteBuf> stream, BehaviourContext context) {
        Echoed echoed = new Echoed(context);
        return new Pieces(stream, echoed).concatWith(Mono.defer(echoed::end));
    }

    /** What has been echoed on one connection. */
    private final class Echoed implements Pieces.Cut {

        private final BehaviourContext context;

        private long left = StallAfter.this.bytes;

        private boolean stalled;

        Echoed(BehaviourContext context) {
            this.context = context;
        }

        @Override
        public int size() {
            return (this.left > 0) ? (int) Math.min(this.left, Integer.MAX_VALUE) : Integer.MAX_VALUE;
        }

        @Override
        public Mono<Void> waitFor(ByteBuf piece) {
            if (isOver()) {
                return stall();
            }
            this.left -= piece.readableBytes();
            return Mono.empty();
        }

        /** A stalled connection does not end with its client's stream. */
        Mono<ByteBuf> end() {
            return isOver() ? stall().then(Mono.empty()) : Mono.empty();
        }

        private boolean isOver() {
            return this.left == 0 || this.context.age().toNanos() >= StallAfter.this.nanos;
        }

        private Mono<Void> stall() {
            if (!this.stalled) {
                this.stalled = true;
                this.context.acted(NAME, 1);
                this.context.stalled();
            }
            return this.context.replaced();
        }
    }
}
