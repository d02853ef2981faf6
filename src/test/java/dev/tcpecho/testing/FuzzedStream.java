package dev.tcpecho.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a stranger sends, as the input of a fuzz test says: its first bytes tell how the stream ends and how large the
 * chunks are in which it comes, the others are the stream. Any input is one, so that no run is lost.
 */
public final class FuzzedStream {

    /** So many sizes of chunks take turns; 0 is the size of all that is left. */
    private static final int SIZES = 4;

    private final byte[] head;

    private final byte[] bytes;

    public FuzzedStream(byte[] input) {
        this.head = Arrays.copyOf(input, 1 + SIZES);
        this.bytes = Arrays.copyOfRange(input, Math.min(this.head.length, input.length), input.length);
    }

    /** Returns the inputs that begin a search: a stream as a whole, byte by byte and in parts, with both endings. */
    public static Stream<byte[]> seeds(byte[] stream) {
        return Stream.of(
                seed(stream, 0, 0, 0, 0, 0), seed(stream, 0, 1, 1, 1, 1),
                seed(stream, 1, 13, 3, 0, 0), seed(stream, 1, 20, 1, 50, 2));
    }

    private static byte[] seed(byte[] stream, int... head) {
        byte[] input = new byte[head.length + stream.length];
        for (int i = 0; i < head.length; i++) {
            input[i] = (byte) head[i];
        }
        System.arraycopy(stream, 0, input, head.length, stream.length);
        return input;
    }

    /** Returns the stream as a whole. */
    public byte[] bytes() {
        return this.bytes;
    }

    /** Returns the stream as it comes, in chunks of at least one byte. */
    public List<byte[]> chunks() {
        List<byte[]> chunks = new ArrayList<>();
        for (int from = 0; from < this.bytes.length; ) {
            int size = this.head[1 + chunks.size() % SIZES] & 0xFF;
            int to = (size == 0) ? this.bytes.length : Math.min(from + size, this.bytes.length);
            chunks.add(Arrays.copyOfRange(this.bytes, from, to));
            from = to;
        }
        return chunks;
    }

    /** Tells whether the client resets the connection after the last byte, rather than to end its stream. */
    public boolean endsInReset() {
        return (this.head[0] & 1) == 1;
    }
}
