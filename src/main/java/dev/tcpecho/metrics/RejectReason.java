package dev.tcpecho.metrics;

import java.util.Locale;

/** Why a connection was refused before its echo began: the closed list of values of the metric tag {@code reason}. */
public enum RejectReason {

    /** As many connections were open as may be. */
    LIMIT,

    /** As many connections were open from its address as may be. */
    ADDRESS_LIMIT,

    /** Its address is denied, or is not among those allowed. */
    DENIED,

    /** A behaviour of the listener refused it. */
    BEHAVIOUR,

    /** The service stopped while it waited for the PROXY protocol header or the TLS handshake. */
    DRAIN,

    /** Its TLS handshake did not succeed. */
    TLS,

    /** It did not begin with a PROXY protocol header, where one is required. */
    PROXY_PROTOCOL_MISSING,

    /** Its PROXY protocol header was bad, or not whole. */
    PROXY_PROTOCOL_BAD,

    /** It did not come from a trusted proxy, where a PROXY protocol header is required. */
    PROXY_PROTOCOL_UNTRUSTED;

    /** Returns the value of the metric tag, for example {@code address-limit}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
