package dev.tcpecho.probe.udp;

/**
 * An answer, compared with the datagram that it belongs to.
 *
 * @param number the number of the datagram, counted from 0, or {@link Datagrams#UNKNOWN}
 * @param kind what the comparison says
 * @param bytes the first byte that differs of a changed one, or else how many bytes came
 */
record Answer(int number, Kind kind, int bytes) {

    /** What a comparison says. */
    enum Kind {
        WHOLE,
        SHORTER,
        LONGER,
        CHANGED
    }

    /** Says how it differs, in a sentence's end; the number is not part of it. */
    String difference(int size) {
        return switch (this.kind) {
            case WHOLE -> "is whole";
            case SHORTER, LONGER -> "has %s bytes and not %s".formatted(this.bytes, size);
            case CHANGED -> "differs from byte %s on, counted from 0".formatted(this.bytes);
        };
    }
}
