package dev.tcpecho.server;

import dev.tcpecho.EchoProperties.Listener;

/** Thrown when a listener cannot be opened. */
public class ListenerBindException extends RuntimeException {

    private final String name;

    private final Listener listener;

    /**
     * Names the listener.
     *
     * @param name its name
     * @param listener its configuration
     * @param cause what the resolver or the kernel said
     */
    public ListenerBindException(String name, Listener listener, Throwable cause) {
        super("The listener %s cannot open port %s on %s".formatted(name, listener.port(), listener.address()), cause);
        this.name = name;
        this.listener = listener;
    }

    /**
     * Returns which listener it is.
     *
     * @return the listener's name
     */
    public String name() {
        return this.name;
    }

    /**
     * Returns how it is configured.
     *
     * @return the listener's configuration
     */
    public Listener listener() {
        return this.listener;
    }
}
