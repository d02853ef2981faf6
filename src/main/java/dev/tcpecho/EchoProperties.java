package dev.tcpecho;

import dev.tcpecho.address.AddressBlock;
import dev.tcpecho.transport.TransportChoice;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.web.server.Ssl.ClientAuth;
import org.springframework.validation.annotation.Validated;

/**
 * The configuration of the echo service. A name that is not known here, in a file or on the command line, stops the
 * start, so that a limit with a typing error is not silently absent.
 *
 * @param transport the way to reach the kernel's sockets
 * @param listeners the addresses and ports to listen on, by the name that tags their metrics, and opened in the order
 *     of their names. With none configured there is one, {@code plain}, with every default
 * @param limits who may connect, how many, and for how long
 * @param drain how open connections end when the service stops
 */
@Validated
@ConfigurationProperties(prefix = "echo", ignoreUnknownFields = false)
public record EchoProperties(
        @DefaultValue("auto") TransportChoice transport,
        @DefaultValue Map<String, @Valid Listener> listeners,
        @DefaultValue @Valid Limits limits,
        @DefaultValue @Valid Drain drain) {

    /** Adds the default listener where none is configured. */
    public EchoProperties {
        listeners = listeners.isEmpty()
                ? Map.of("plain", Listener.DEFAULT)
                : Collections.unmodifiableMap(new TreeMap<>(listeners));
    }

    /**
     * An address and port to listen on, or the path of a Unix socket.
     *
     * @param protocol what comes back: the stream of each TCP connection, or each UDP datagram
     * @param address an IP address of this host or a name that resolves to one; {@code ::} is every address, IPv4 and
     *     IPv6
     * @param port the port, 0 to 65535; 0 is any free port, which the log tells
     * @param path the path of a Unix stream socket to listen on, in place of an address and port, or @ and an abstract
     *     name; empty for an address and port
     * @param permissions who may connect to the Unix socket: {@code rwxrwxrwx}, with a dash for each that is not
     *     granted
     * @param group the group that the Unix socket is given to; empty for the group of the process
     * @param backlog how many connections the kernel keeps waiting to be accepted, at most; the kernel has a limit of
     *     its own, net.core.somaxconn
     * @param reusePort whether other processes of the same user may listen on the same port at the same time
     * @param ssl the TLS of this listener
     * @param proxyProtocol whether a proxy's header with the client's address comes before the client's bytes
     * @param trustedProxies the blocks of addresses whose PROXY protocol header is believed
     * @param behaviours a greeting, and faults
     */
    public record Listener(
            @DefaultValue("tcp") Protocol protocol,

            @DefaultValue("::") @NotBlank(message = "must be an IP address, a host name or ::")
            String address,

            @DefaultValue("25341")
            @Min(value = 0, message = "must be a port from 0 to 65535, where 0 is any free port")
            @Max(value = 65535, message = "must be a port from 0 to 65535, where 0 is any free port")
            int port,

            @DefaultValue("") String path,

            @DefaultValue("rw-rw----")
            @Pattern(
                    regexp = "([r-][w-][x-]){3}",
                    message = "must be nine characters, for example rw-rw----, with r, w, x or a dash")
            String permissions,

            @DefaultValue("") String group,

            @DefaultValue("4096") @Min(value = 1, message = "must be 1 or more")
            int backlog,

            @DefaultValue("false") boolean reusePort,
            @DefaultValue Ssl ssl,
            @DefaultValue("off") ProxyProtocol proxyProtocol,
            @DefaultValue List<AddressBlock> trustedProxies,
            @DefaultValue BehaviourProperties behaviours) {

        static final Listener DEFAULT = new Listener(
                Protocol.TCP,
                "::",
                25341,
                "",
                "rw-rw----",
                "",
                4096,
                false,
                new Ssl("", ClientAuth.NONE),
                ProxyProtocol.OFF,
                List.of(),
                BehaviourProperties.NONE);

        /**
         * Tells whether this listener has TLS.
         *
         * @return whether an SSL bundle is named
         */
        public boolean hasTls() {
            return !this.ssl.bundle().isEmpty();
        }

        /**
         * Tells whether this listener echoes datagrams.
         *
         * @return whether it does, and no streams
         */
        public boolean isUdp() {
            return this.protocol == Protocol.UDP;
        }

        /**
         * Tells whether this listener has a Unix socket.
         *
         * @return whether it listens on a path, and on no address
         */
        public boolean isUnix() {
            return !this.path.isEmpty();
        }
    }

    /** What a listener echoes. */
    public enum Protocol {

        /** The streams of connections (RFC 9293), on a Unix socket too. */
        TCP,

        /** Datagrams (RFC 768). */
        UDP
    }

    /**
     * The TLS of a listener.
     *
     * @param bundle the name of a bundle of spring.ssl.bundle, with the certificate and its key; empty for no TLS
     * @param clientAuth whether a client may ({@code want}) or has to ({@code need}) show a certificate that the
     *     bundle's trust store knows
     */
    public record Ssl(
            @DefaultValue("") String bundle,
            @DefaultValue("none") ClientAuth clientAuth) {}

    /** What a listener makes of a PROXY protocol header, version 1 or 2. */
    public enum ProxyProtocol {

        /** No header is looked for. */
        OFF,

        /** A trusted proxy may send a header; from anyone else it is data. */
        OPTIONAL,

        /** Every connection comes from a trusted proxy and begins with a header, or is rejected. */
        REQUIRED
    }

    /**
     * Who may connect, how many, and for how long.
     *
     * @param connections how many connections may be open at the same time, on all listeners together: a number from 1
     *     on, or {@code auto} for 10,000, and fewer where the process has too little direct memory for clients that do
     *     not read, or may open too few files
     * @param connectionsPerAddress how many of them may be from one IPv4 address or one IPv6 /64; 0 for no limit
     * @param datagramsPerSecond how many datagrams are echoed in a second, on all listeners together
     * @param datagramsPerSecondPerAddress how many of them may be from one IPv4 address or one IPv6 /64; 0 for no limit
     * @param idleTimeout after how long without a byte in either direction a connection is closed; 0s for never
     * @param lifetime after how long any connection is closed; 0s for never
     * @param allow the blocks of addresses that may connect; empty for everyone
     * @param deny the blocks of addresses that may not connect, allowed or not
     */
    public record Limits(
            @DefaultValue("auto") ConnectionLimit connections,

            @DefaultValue("0") @Min(value = 0, message = "must be 1 or more, or 0 for no limit")
            int connectionsPerAddress,

            @DefaultValue("100000") @Min(value = 1, message = "must be 1 or more")
            int datagramsPerSecond,

            @DefaultValue("1000") @Min(value = 0, message = "must be 1 or more, or 0 for no limit")
            int datagramsPerSecondPerAddress,

            @DefaultValue("5m") @DurationMin(message = "must be 0s or more, where 0s is no limit")
            Duration idleTimeout,

            @DefaultValue("0s") @DurationMin(message = "must be 0s or more, where 0s is no limit")
            Duration lifetime,

            @DefaultValue List<AddressBlock> allow,
            @DefaultValue List<AddressBlock> deny) {

        /**
         * Tells whether an address may use the echo.
         *
         * @param client the address
         * @return whether it is allowed, and not denied
         */
        public boolean admits(InetAddress client) {
            return !AddressBlock.contains(this.deny, client)
                    && (this.allow.isEmpty() || AddressBlock.contains(this.allow, client));
        }
    }

    /**
     * How open connections end when the service stops.
     *
     * @param delay how long the listeners stay open, with readiness down, so that load balancers notice
     * @param quiet after how long without a byte from the client, once the listeners are closed, a connection is ended
     * @param timeout how long open connections may go on after the listeners are closed, before those that are left are
     *     ended
     */
    public record Drain(
            @DefaultValue("0s") @DurationMin(message = "must be 0s or more")
            Duration delay,

            @DefaultValue("1s") @DurationMin(message = "must be 0s or more")
            Duration quiet,

            @DefaultValue("20s") @DurationMin(message = "must be 0s or more")
            Duration timeout) {}
}
