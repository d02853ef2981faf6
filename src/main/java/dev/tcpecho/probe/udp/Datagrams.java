package dev.tcpecho.probe.udp;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The datagrams of an exchange: a tag that tells them from those of others, their number, and random bytes. Any of them
 * can be made again, so that none has to be kept.
 */
final class Datagrams {

    static final int HEADER_BYTES = 2 * Integer.BYTES;

    /** No answer belongs to none of the datagrams by this number. */
    static final int UNKNOWN = -1;

    private final int size;

    private final long seed;

    private final int tag;

    Datagrams(int size) {
        this.size = size;
        SplittableRandom random = new SplittableRandom();
        this.seed = random.nextLong();
        this.tag = random.nextInt();
    }

    /** Returns the datagram of a number, counted from 0. */
    byte[] datagram(int number) {
        byte[] bytes = new byte[this.size];
        new SplittableRandom(this.seed + number).nextBytes(bytes);
        ByteBuffer.wrap(bytes).putInt(this.tag).putInt(number);
        return bytes;
    }

    /**
     * Finds the datagram that an answer belongs to, even if the answer is damaged.
     *
     * @param answer what came
     * @param sent how many datagrams have been sent
     * @param underWay the numbers of those without an answer so far
     * @return its number, or {@link #UNKNOWN}
     */
    int numberOf(byte[] answer, int sent, Iterable<Integer> underWay) {
        int number = taggedNumber(answer, sent);
        return (number != UNKNOWN) ? number : closest(answer, underWay);
    }

    /**
     * Finds the datagram whose tag and number are in an answer, which may have bytes of its own before them.
     *
     * @param sent how many datagrams have been sent
     * @return its number, or {@link #UNKNOWN}
     */
    int taggedNumber(byte[] answer, int sent) {
        ByteBuffer bytes = ByteBuffer.wrap(answer);
        for (int index = 0; index <= answer.length - HEADER_BYTES; index++) {
            if (bytes.getInt(index) == this.tag) {
                int number = bytes.getInt(index + Integer.BYTES);
                if (number >= 0 && number < sent) {
                    return number;
                }
            }
        }
        return UNKNOWN;
    }

    /** Random bytes are the same in one of 256 places: an answer that shares half of them is one to that datagram. */
    private int closest(byte[] answer, Iterable<Integer> underWay) {
        int length = Math.min(answer.length, this.size);
        int best = UNKNOWN;
        int mostEqual = length / 2;
        for (int number : underWay) {
            int equal = equalBytes(answer, datagram(number), length);
            if (equal > mostEqual) {
                best = number;
                mostEqual = equal;
            }
        }
        return best;
    }

    private static int equalBytes(byte[] one, byte[] other, int length) {
        int equal = 0;
        for (int i = 0; i < length; i++) {
            equal += (one[i] == other[i]) ? 1 : 0;
        }
        return equal;
    }

    /**
     * Compares an answer with a datagram.
     *
     * @param number of the datagram, or {@link #UNKNOWN}
     */
    Answer compare(byte[] answer, int number) {
        if (answer.length != this.size) {
            return new Answer(
                    number, (answer.length < this.size) ? Answer.Kind.SHORTER : Answer.Kind.LONGER, answer.length);
        }
        if (number == UNKNOWN) {
            return new Answer(number, Answer.Kind.CHANGED, 0);
        }
        int difference = Arrays.mismatch(answer, datagram(number));
        return (difference < 0)
                ? new Answer(number, Answer.Kind.WHOLE, this.size)
                : new Answer(number, Answer.Kind.CHANGED, difference);
    }
}
