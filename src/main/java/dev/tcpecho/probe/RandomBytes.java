package dev.tcpecho.probe;

import java.util.SplittableRandom;

/**
 * A stream of random bytes that depends on its seed alone, so that who compares needs no copy of what was sent. It does
 * not repeat within any length that can be sent: a byte that comes back twice or at a wrong place does not fit.
 */
final class RandomBytes {

    private final SplittableRandom random;

    private final byte[] block = new byte[8192];

    private int used = this.block.length;

    RandomBytes(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** Writes the next bytes of the stream to the beginning of an array. */
    void next(byte[] target, int length) {
        for (int filled = 0; filled < length; ) {
            if (this.used == this.block.length) {
                this.random.nextBytes(this.block);
                this.used = 0;
            }
            int part = Math.min(length - filled, this.block.length - this.used);
            System.arraycopy(this.block, this.used, target, filled, part);
            this.used += part;
            filled += part;
        }
    }
}
