package dev.tcpecho.transport;

import org.jspecify.annotations.Nullable;

/** Thrown when the configured transport cannot be used by this process. */
public class TransportUnavailableException extends RuntimeException {

    private final Transport transport;

    /**
     * Names the transport and the reason.
     *
     * @param transport the transport that was asked for
     * @param cause why it cannot be used
     */
    public TransportUnavailableException(Transport transport, @Nullable Throwable cause) {
        super("The transport " + transport + " is not available here", cause);
        this.transport = transport;
    }

    /**
     * Returns the transport that was asked for.
     *
     * @return the transport
     */
    public Transport transport() {
        return this.transport;
    }
}
