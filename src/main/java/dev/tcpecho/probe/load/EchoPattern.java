package dev.tcpecho.probe.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * Random bytes that connections send over and over, each from a place of its own. What is sent is a slice of them, and
 * what comes back is compared with them: nothing is copied, and nothing kept. A byte that is lost, doubled, swapped or
 * another connection's stands where the random bytes are others. Only whole periods could be lost without a difference,
 * and those the count of bytes tells. Used on one event loop.
 */
final class EchoPattern {

    /** How many bytes come before the first comes again: a prime, so that messages do not begin at the same places. */
    static final int PERIOD = 1_048_583;

    /** The most bytes of a slice, and of a comparison. */
    static final int MOST_AT_ONCE = 64 * 1024;

    private final ByteBuf sent;

    private final ByteBuffer expected;

    /** Makes one of random bytes that several may share. */
    EchoPattern(ByteBuffer bytes) {
        // Each event loop has a reference count of its own, as counting in one place would slow all of them down.
        this.sent = Unpooled.wrappedBuffer(bytes.duplicate());
        this.expected = bytes.duplicate();
    }

    /** Returns new random bytes, followed by the first of them. */
    static ByteBuffer randomBytes() {
        byte[] period = new byte[PERIOD];
        new SplittableRandom().nextBytes(period);
        return ByteBuffer.allocateDirect(PERIOD + MOST_AT_ONCE)
                .put(period)
                .put(period, 0, MOST_AT_ONCE)
                .flip();
    }

    /** Returns the place behind some bytes of a place. */
    static int advance(int place, int length) {
        int next = place + length;
        return (next < PERIOD) ? next : next - PERIOD;
    }

    /** Returns the bytes of a place, {@link #MOST_AT_ONCE} at most, for the caller to release. */
    ByteBuf slice(int place, int length) {
        return this.sent.retainedSlice(place, length);
    }

    /**
     * Compares what came back with the bytes of a place.
     *
     * @param received what came back
     * @param index where to begin in it
     * @param length how many bytes to compare, {@link #MOST_AT_ONCE} at most
     * @return how many bytes are the same before the first that differs; -1 if none does
     */
    int mismatch(int place, ByteBuf received, int index, int length) {
        // Java compares two ByteBuffers by vectors, and Netty two ByteBufs by longs.
        return this.expected.limit(place + length).position(place).mismatch(received.internalNioBuffer(index, length));
    }
}
