package dev.tcpecho.server;

import dev.tcpecho.EchoProperties.Listener;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Thrown when a listener cannot be opened. */
public class ListenerBindException extends RuntimeException {

    private final String name;

    private final Listener listener;

    private final @Nullable String overlapping;

    /**
     * Names the listener.
     *
     * @param name its name
     * @param listener its configuration
     * @param overlapping the name of a listener that has opened the same port on an address that includes this one's,
     *     or is included in it; {@code null} if there is none
     * @param cause what the resolver or the kernel said
     */
    public ListenerBindException(String name, Listener listener, @Nullable String overlapping, Throwable cause) {
        super("The listener %s cannot open port %s on %s".formatted(name, listener.port(), listener.address()), cause);
        this.name = name;
        this.listener = listener;
        this.overlapping = overlapping;
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

    /**
     * Returns which other listener may have the port.
     *
     * @return the other listener's name; empty if none can have it
     */
    public Optional<String> overlapping() {
        return Optional.ofNullable(this.overlapping);
    }
}
