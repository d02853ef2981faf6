package dev.tcpecho.behaviour;

import dev.tcpecho.BehaviourProperties;
import io.netty.buffer.ByteBuf;
import java.util.random.RandomGenerator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Splits what is sent into smaller writes, with a pause between two. */
final class Chunk implements Behaviour {

    static final String NAME = "chunk";

    private final int size;

    private final int variation;

    private final long pauseNanos;

    Chunk(BehaviourProperties.Chunk properties) {
        this.size = toInt(properties.size().toBytes());
        this.variation = toInt(properties.variation().toBytes());
        this.pauseNanos = Nanos.of(properties.pause());
    }

    /** No buffer is as long as that. */
    private static int toInt(long bytes) {
        return (int) Math.min(bytes, Integer.MAX_VALUE / 2);
    }

    @Override
    public Flux<ByteBuf> apply(Flux<ByteBuf> stream, BehaviourContext context) {
        RandomGenerator random = context.random(NAME);
        Pace pace = new Pace(0);
        return new Pieces(stream, new Pieces.Cut() {

            @Override
            public int size() {
                return draw(random);
            }

            @Override
            public Mono<Void> waitFor(ByteBuf chunk) {
                context.acted(NAME, 1);
                return context.until(pace.take(context.nanoTime(), Chunk.this.pauseNanos));
            }
        });
    }

    private int draw(RandomGenerator random) {
        return (this.variation == 0)
                ? this.size
                : random.nextInt(this.size - this.variation, this.size + this.variation + 1);
    }
}
