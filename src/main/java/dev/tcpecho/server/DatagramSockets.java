package dev.tcpecho.server;

import dev.tcpecho.address.LocalAddresses;
import dev.tcpecho.transport.KernelDrops;
import dev.tcpecho.transport.PendingInput;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.core.NestedExceptionUtils;
import reactor.core.publisher.Mono;
import reactor.netty.ChannelBindException;
import reactor.netty.Connection;
import reactor.netty.udp.UdpServer;

/**
 * The sockets of one listener of datagrams: one for each address, because a socket that is bound to every address
 * answers from one that the client may not have asked.
 */
final class DatagramSockets {

    private static final Log logger = LogFactory.getLog(DatagramSockets.class);

    /** How long an event loop may take to bind a socket. */
    private static final Duration BIND_TIMEOUT = Duration.ofSeconds(5);

    private final String name;

    private final ChannelOption<Boolean> reusePort;

    private UdpServer udpServer;

    private final KernelDrops kernelDrops;

    /** By the names of their addresses. */
    private final Map<String, Connection> open = new ConcurrentHashMap<>();

    /** Those about which the log has told. */
    private final Set<String> failed = new HashSet<>();

    private boolean closed;

    DatagramSockets(
            String name,
            UdpServer udpServer,
            ChannelOption<Boolean> reusePort,
            boolean shared,
            KernelDrops kernelDrops) {
        this.name = name;
        this.reusePort = reusePort;
        this.udpServer = udpServer.option(reusePort, shared);
        this.kernelDrops = kernelDrops;
    }

    /** Lets sockets be opened until they are closed. */
    synchronized void begin() {
        this.closed = false;
    }

    /** Lets the sockets share their port with the one that is bound to every address. */
    synchronized void share() {
        this.udpServer = this.udpServer.option(this.reusePort, true);
    }

    /**
     * Opens the socket of an address, unless it is open. Waits for an event loop.
     *
     * @param port the port, or 0 for any free one
     * @return where it is bound
     * @throws ChannelBindException if it cannot be bound
     * @throws IllegalStateException if the listener is closed
     */
    synchronized InetSocketAddress open(InetAddress address, int port) {
        if (this.closed) {
            throw new IllegalStateException("the listener %s is closed".formatted(this.name));
        }
        Connection socket = this.open.get(LocalAddresses.name(address));
        if (socket == null) {
            socket = bind(new InetSocketAddress(address, port));
            this.open.put(LocalAddresses.name(address), socket);
            this.kernelDrops.add(localAddress(socket));
        }
        return localAddress(socket);
    }

    private Connection bind(InetSocketAddress wanted) {
        BindFailure failure = new BindFailure();
        try {
            return this.udpServer
                    .bindAddress(() -> wanted)
                    .doOnChannelInit(
                            (observer, channel, remote) -> channel.pipeline().addFirst(failure))
                    .bindNow(BIND_TIMEOUT);
        } catch (ChannelBindException ex) {
            throw ChannelBindException.fail(wanted, failure.cause());
        }
    }

    private static InetSocketAddress localAddress(Connection socket) {
        return (InetSocketAddress) socket.channel().localAddress();
    }

    /** Returns the channel of an address, if its socket is open. */
    Optional<Channel> find(InetAddress address) {
        return Optional.ofNullable(this.open.get(LocalAddresses.name(address)))
                .map(Connection::channel)
                .filter(Channel::isActive);
    }

    /** Tells whether any socket is open. */
    boolean isAnyOpen() {
        return this.open.values().stream().anyMatch(socket -> socket.channel().isActive());
    }

    /**
     * Opens the sockets of addresses that the host has got and those that an error has closed, and closes those of
     * addresses that the host has lost.
     */
    synchronized void follow(Map<String, InetAddress> before, Map<String, InetAddress> now, int port) {
        this.failed.retainAll(now.keySet());
        this.open.forEach((address, socket) -> {
            if (!socket.channel().isActive()) {
                this.open.remove(address);
                this.kernelDrops.remove(localAddress(socket));
                logger.warn(
                        "The socket of echo listener %s on %s was closed by an error".formatted(this.name, address));
            }
        });
        now.forEach((address, got) -> {
            if (!this.open.containsKey(address)) {
                openGot(address, got, port);
            }
        });
        before.keySet().stream().filter(address -> !now.containsKey(address)).forEach(this::closeLost);
    }

    private void openGot(String address, InetAddress got, int port) {
        try {
            open(got, port);
            this.failed.remove(address);
            logger.info("Echo listener %s is open on %s, too".formatted(this.name, address));
        } catch (RuntimeException ex) {
            // An address of IPv6 can be bound only after the kernel has found it to be unique (RFC 4862).
            if (this.failed.add(address)) {
                logger.warn("Echo listener %s cannot be opened on %s, and tries again: %s"
                        .formatted(
                                this.name,
                                address,
                                NestedExceptionUtils.getMostSpecificCause(ex).getMessage()));
            }
        }
    }

    private void closeLost(String address) {
        Connection lost = this.open.remove(address);
        if (lost != null) {
            close(lost).subscribe();
            logger.info("Echo listener %s is closed on %s, which this host has lost".formatted(this.name, address));
        }
    }

    /** Closes every socket behind what has arrived; completes when all are closed. */
    synchronized Mono<Void> close() {
        this.closed = true;
        List<Mono<Void>> closing = this.open.values().stream().map(this::close).toList();
        this.open.clear();
        return Mono.when(closing);
    }

    private Mono<Void> close(Connection socket) {
        this.kernelDrops.remove(localAddress(socket));
        PendingInput.readBefore(socket.channel().eventLoop(), socket.channel()::close);
        return socket.onDispose();
    }
}
