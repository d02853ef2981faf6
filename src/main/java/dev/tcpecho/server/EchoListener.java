package dev.tcpecho.server;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import reactor.core.publisher.Mono;

/** What the service opens for one listener of the configuration. */
interface EchoListener {

    /**
     * Opens the listener, which does not echo yet.
     *
     * @param others where the listeners listen that are open already, by their names
     * @throws ListenerBindException if its address cannot be bound
     * @throws dev.tcpecho.EchoConfigurationException if its Unix socket cannot be opened
     */
    void open(Map<String, InetSocketAddress> others);

    /** Echoes from now on. */
    void accept();

    /** Closes the listener; its connections go on. Completes when its port is closed. */
    Mono<Void> close();

    /** Returns where the listener listens; empty if it is not open, or has no address. */
    Optional<InetSocketAddress> address();

    /** Returns the path of the listener's Unix socket; empty if it is not open, or has none. */
    Optional<String> path();

    /** Tells whether the port is to be open, and cannot be opened. */
    boolean isUnopened();
}
