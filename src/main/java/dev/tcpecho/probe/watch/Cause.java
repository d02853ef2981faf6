package dev.tcpecho.probe.watch;

import java.util.Locale;

/** Why a message did not come back. */
enum Cause {

    /** Nobody listens on the port. */
    REFUSED,

    /** The connection ended with a RST. */
    RESET,

    /** The service, or what is on the way, ended the stream. */
    CLOSED,

    /** No connection was ready in time: no accept, no TLS handshake or no greeting. */
    TIMEOUT,

    /** The connection was ready, and no echo came in time. */
    STALL,

    /** Other bytes came back than those that were sent. */
    MISMATCH,

    /** The host is not known, or has no address of the family that was asked for. */
    DNS,

    /** The TLS handshake failed. */
    TLS,

    /** The kernel connected this client to itself, because nobody listens. */
    SELF,

    /** The network knows no way to the address. */
    UNREACHABLE,

    /** This client had no port, file descriptor or thread left. */
    LOCAL,

    /** None of the others. */
    OTHER;

    /** Returns the name in the output. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
