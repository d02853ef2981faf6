package dev.tcpecho.probe;

import java.io.Serial;

/** Thrown when no connection could be made, or no TLS session on it. */
final class NotConnectedException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    NotConnectedException(String message, Throwable cause) {
        super(message, cause);
    }
}
