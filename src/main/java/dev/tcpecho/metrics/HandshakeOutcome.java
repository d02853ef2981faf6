package dev.tcpecho.metrics;

import java.util.Locale;

/** How a TLS handshake ended: the closed list of values of the metric tag {@code outcome}. */
public enum HandshakeOutcome {

    /** The connection is encrypted. */
    SUCCESS,

    /** The client sent something that is no TLS record. */
    NOT_TLS,

    /** The client's certificate was missing, expired, not known or not to be used, or its key was not the client's. */
    CLIENT_CERTIFICATE,

    /**
     * A record could not be decrypted (bad_record_mac, RFC 8446, section 6.2): its bytes changed on the way, or the
     * client resumed a session of another server and sent early data, which Java's engine cannot skip.
     */
    BAD_RECORD_MAC,

    /** The client refused to go on, for example as it does not know the certificate of this service. */
    REFUSED_BY_CLIENT,

    /** The client left. */
    CLOSED,

    /** The client took too long. */
    TIMEOUT,

    /** The service stopped. */
    DRAIN,

    /** Anything else, for example no protocol version or cipher suite in common. */
    FAILURE;

    /** Returns the value of the metric tag, for example {@code not-tls}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
