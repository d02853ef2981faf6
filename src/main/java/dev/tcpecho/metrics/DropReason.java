package dev.tcpecho.metrics;

import java.util.Locale;

/** Why a datagram was not sent back: the closed list of values of the metric tag {@code reason}. */
public enum DropReason {

    /** It came from or to a multicast or broadcast address. */
    BROADCAST,

    /** It came from a port below 1024, on which services listen that may answer an echo. */
    PRIVILEGED_PORT,

    /** It came from a port on which this service echoes datagrams: another echo may have sent it. */
    OWN_PORT,

    /** Its address is denied, or is not among those allowed. */
    DENIED,

    /** As many datagrams from its address were echoed in this second as may be. */
    ADDRESS_LIMIT,

    /** As many datagrams were echoed in this second as may be. */
    LIMIT,

    /** A behaviour of the listener lost it. */
    BEHAVIOUR,

    /** There was no memory for it, or too many were delayed. */
    MEMORY,

    /** The kernel refused to send it. */
    ERROR;

    /** Returns the value of the metric tag, for example {@code privileged-port}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
