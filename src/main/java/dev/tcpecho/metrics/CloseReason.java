package dev.tcpecho.metrics;

import java.io.IOException;
import java.util.Locale;

/** Why a connection ended: the closed list of values of the metric tag {@code reason}. */
public enum CloseReason {

    /** The client ended its stream and had every byte sent back. */
    CLIENT,

    /** The client ended the connection without sending a byte, as port scans and health checks do. */
    PROBE,

    /** No byte passed in either direction for as long as is allowed. */
    IDLE,

    /** It was open for as long as is allowed. */
    LIFETIME,

    /** The service stopped while the connection was open. */
    DRAIN,

    /** A behaviour of the listener ended it. */
    BEHAVIOUR,

    /** The client reset the connection, or was gone when its echo was written. */
    RESET,

    /** Anything else: a connection that the kernel gave up as timed out, or for which there was no memory. */
    ERROR;

    /**
     * Returns the reason that an input or output error stands for.
     *
     * @param cause what a read or a write failed with
     * @return {@link #RESET} if the client is known to be gone, else {@link #ERROR}
     */
    public static CloseReason of(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        boolean reset = message.contains("Connection reset") || message.contains("Broken pipe");
        return (cause instanceof IOException && reset) ? RESET : ERROR;
    }

    String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
