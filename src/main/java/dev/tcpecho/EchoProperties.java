package dev.tcpecho;

import dev.tcpecho.transport.TransportChoice;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The configuration of the echo service. A name that is not known here, in a file or on the command line, stops the
 * start, so that a limit with a typing error is not silently absent.
 *
 * @param transport the way to reach the kernel's sockets
 * @param listeners the addresses and ports to listen on, by the name that tags their metrics, and opened in the order
 *     of their names. With none configured there is one, {@code plain}, with every default
 * @param drain how open connections end when the service stops
 */
@Validated
@ConfigurationProperties(prefix = "echo", ignoreUnknownFields = false)
public record EchoProperties(
        @DefaultValue("auto") TransportChoice transport,
        @DefaultValue Map<String, @Valid Listener> listeners,
        @DefaultValue @Valid Drain drain) {

    /** Adds the default listener where none is configured. */
    public EchoProperties {
        listeners = listeners.isEmpty()
                ? Map.of("plain", new Listener("::", 25341, 4096, false))
                : Collections.unmodifiableMap(new TreeMap<>(listeners));
    }

    /**
     * An address and port to listen on.
     *
     * @param address an IP address of this host or a name that resolves to one; {@code ::} is every address, IPv4 and
     *     IPv6
     * @param port the TCP port, 0 to 65535; 0 is any free port, which the log and the health endpoint tell
     * @param backlog how many connections the kernel keeps waiting to be accepted, at most; the kernel has a limit of
     *     its own, net.core.somaxconn
     * @param reusePort whether other processes of the same user may listen on the same port at the same time
     */
    public record Listener(
            @DefaultValue("::") @NotBlank(message = "must be an IP address, a host name or ::")
            String address,

            @DefaultValue("25341")
            @Min(value = 0, message = "must be a port from 0 to 65535, where 0 is any free port")
            @Max(value = 65535, message = "must be a port from 0 to 65535, where 0 is any free port")
            int port,

            @DefaultValue("4096") @Min(value = 1, message = "must be 1 or more")
            int backlog,

            @DefaultValue("false") boolean reusePort) {}

    /**
     * How open connections end when the service stops.
     *
     * @param timeout how long they may go on after the listeners are closed, before those that are left are closed
     */
    public record Drain(
            @DefaultValue("20s") @DurationMin(message = "must be 0s or more")
            Duration timeout) {}
}
