package dev.tcpecho.behaviour;

import dev.tcpecho.BehaviourProperties;
import dev.tcpecho.BehaviourProperties.Distribution;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.random.RandomGenerator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Holds every buffer, and the end of the stream, for a while from its arrival. Each has a time at which it is due, so
 * that several can be under way at once; it is never earlier than that of the one before, so that the order is kept.
 */
final class Delay implements Behaviour {

    static final String NAME = "delay";

    private final long nanos;

    private final long jitterNanos;

    private final Distribution distribution;

    Delay(BehaviourProperties.Delay properties) {
        this.nanos = Nanos.of(properties.duration());
        this.jitterNanos = Nanos.of(properties.jitter());
        this.distribution = properties.distribution();
    }

    @Override
    public Flux<ByteBuf> apply(Flux<ByteBuf> stream, BehaviourContext context) {
        Arrivals arrivals = new Arrivals(context);
        Flux<ByteBuf> waiting = stream
                // Stands for the end of the stream.
                .concatWith(Mono.just(Unpooled.EMPTY_BUFFER))
                .doOnNext(buffer -> arrivals.add())
                .onBackpressureBuffer();
        return new Pieces(waiting, arrivals).filter(ByteBuf::isReadable);
    }

    /** Draws a delay in nanoseconds, 0 or more. */
    long draw(RandomGenerator random) {
        if (this.jitterNanos == 0) {
            return this.nanos;
        }
        double deviation = switch (this.distribution) {
            case UNIFORM -> random.nextDouble(-1, 1);
            case NORMAL -> random.nextGaussian();
        };
        return Math.max(0, this.nanos + (long) (deviation * this.jitterNanos));
    }

    /** When each buffer that has arrived on one connection is due. */
    private final class Arrivals implements Pieces.Cut {

        private final BehaviourContext context;

        private final RandomGenerator random;

        private final Queue<Long> due = new ArrayDeque<>();

        private long last;

        Arrivals(BehaviourContext context) {
            this.context = context;
            this.random = context.random(NAME);
            this.last = context.nanoTime();
        }

        void add() {
            this.last = Math.max(this.last, this.context.nanoTime() + draw(this.random));
            this.due.add(this.last);
        }

        @Override
        public int size() {
            return Integer.MAX_VALUE;
        }

        @Override
        public Mono<Void> waitFor(ByteBuf buffer) {
            this.context.acted(NAME, 1);
            return this.context.until(this.due.remove());
        }
    }
}
