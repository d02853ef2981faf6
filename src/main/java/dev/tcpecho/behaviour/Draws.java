package dev.tcpecho.behaviour;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Random numbers that depend on nothing but a seed, a listener, a connection's number and a purpose: the same sequence
 * of connections has the same faults again.
 *
 * @param seed the seed
 * @param listener the listener's name
 */
record Draws(long seed, String listener) {

    /** Returns the numbers of one connection for one purpose. */
    RandomGenerator random(long connection, String purpose) {
        long state = mix(this.seed ^ this.listener.hashCode());
        state = mix(state ^ connection);
        return new SplittableRandom(mix(state ^ purpose.hashCode()));
    }

    /** Tells whether one connection is among a share of all. */
    boolean isAmong(double share, long connection, String purpose) {
        return share >= 1 || random(connection, purpose + " probability").nextDouble() < share;
    }

    /** The finalizer of MurmurHash3: inputs that differ in a bit give outputs that differ in half of theirs. */
    private static long mix(long value) {
        long mixed = value;
        mixed = (mixed ^ (mixed >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
