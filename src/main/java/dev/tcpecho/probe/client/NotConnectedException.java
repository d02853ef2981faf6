package dev.tcpecho.probe.client;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Thrown when no connection could be made, or no TLS session on it. */
public final class NotConnectedException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Says why.
     *
     * @param message the whole sentence
     * @param cause what failed; null for nothing that was thrown
     */
    public NotConnectedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
