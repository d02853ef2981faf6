package dev.tcpecho.behaviour;

import dev.tcpecho.BehaviourProperties;
import io.netty.buffer.ByteBuf;
import java.util.random.RandomGenerator;
import reactor.core.publisher.Flux;

/** Flips one bit in each stretch of the stream, at a random place of it. */
final class Corrupt implements Behaviour {

    static final String NAME = "corrupt";

    private final long stretch;

    Corrupt(BehaviourProperties.Corrupt properties) {
        this.stretch = properties.oneBitIn().toBytes();
    }

    @Override
    public Flux<ByteBuf> apply(Flux<ByteBuf> stream, BehaviourContext context) {
        Positions positions = new Positions(context.random(NAME));
        return stream.doOnNext(buffer -> context.acted(NAME, positions.flipIn(buffer)));
    }

    /** Flips the bits of a datagram, which is a stream of its own; returns how many. */
    int flipIn(ByteBuf datagram, RandomGenerator random) {
        return new Positions(random).flipIn(datagram);
    }

    /** Where the next bit of one stream is flipped. */
    private final class Positions {

        private final RandomGenerator random;

        private long stretchStart;

        private long next;

        private long passed;

        Positions(RandomGenerator random) {
            this.random = random;
            this.next = draw();
        }

        private long draw() {
            return this.stretchStart + this.random.nextLong(Corrupt.this.stretch);
        }

        /** Returns how many bits were flipped. */
        int flipIn(ByteBuf buffer) {
            int flipped = 0;
            long end = this.passed + buffer.readableBytes();
            while (this.next < end) {
                int index = buffer.readerIndex() + (int) (this.next - this.passed);
                buffer.setByte(index, buffer.getByte(index) ^ (1 << this.random.nextInt(Byte.SIZE)));
                flipped++;
                this.stretchStart += Corrupt.this.stretch;
                this.next = draw();
            }
            this.passed = end;
            return flipped;
        }
    }
}
