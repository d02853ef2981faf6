package dev.tcpecho.behaviour;

import dev.tcpecho.BehaviourProperties;
import dev.tcpecho.BehaviourProperties.Scope;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Limits the bytes a second, in pieces that take at most 10 ms each. */
final class Rate implements Behaviour {

    static final String NAME = "rate";

    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** A timer for less would cost more than it smooths. */
    private static final long SHORTEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final double nanosPerByte;

    private final int step;

    private final @Nullable Pace shared;

    Rate(BehaviourProperties.Rate properties) {
        long bytesPerSecond = properties.bytesPerSecond().toBytes();
        this.nanosPerByte = (double) TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
        this.step = (int) Math.max(1, Math.min(STEP_NANOS / this.nanosPerByte, Integer.MAX_VALUE));
        this.shared = (properties.scope() == Scope.LISTENER) ? new Pace(STEP_NANOS) : null;
    }

    @Override
    public Flux<ByteBuf> apply(Flux<ByteBuf> stream, BehaviourContext context) {
        Pace pace = (this.shared != null) ? this.shared : new Pace(STEP_NANOS);
        return new Pieces(stream, new Pieces.Cut() {

            @Override
            public int size() {
                return Rate.this.step;
            }

            @Override
            public Mono<Void> waitFor(ByteBuf piece) {
                long now = context.nanoTime();
                long turn = pace.take(now, (long) (piece.readableBytes() * Rate.this.nanosPerByte));
                if (turn - now < SHORTEST_WAIT_NANOS) {
                    return Mono.empty();
                }
                context.acted(NAME, 1);
                return context.until(turn);
            }
        });
    }
}
