package dev.tcpecho.server;

import dev.tcpecho.EchoProperties.Listener;
import dev.tcpecho.address.LocalAddresses;
import dev.tcpecho.datagram.DatagramFilter;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A listener that echoes datagrams. One that listens on every address follows the addresses of the host. A socket that
 * an error has closed is opened again.
 */
final class DatagramListener implements EchoListener {

    private static final Log logger = LogFactory.getLog(DatagramListener.class);

    private static final int SECONDS_BETWEEN_LOOKS = 2;

    private final String name;

    private final Listener listener;

    private final DatagramFilter filter;

    private final DatagramSockets sockets;

    private final @Nullable UnnamedAddresses unnamedAddresses;

    private volatile @Nullable InetSocketAddress address;

    private Map<String, InetAddress> named = Map.of();

    private @Nullable Disposable looks;

    DatagramListener(
            String name,
            Listener listener,
            DatagramFilter filter,
            DatagramSockets sockets,
            @Nullable UnnamedAddresses unnamedAddresses) {
        this.name = name;
        this.listener = listener;
        this.filter = filter;
        this.sockets = sockets;
        this.unnamedAddresses = unnamedAddresses;
    }

    @Override
    public synchronized void open(Map<String, InetSocketAddress> others) {
        String overlapping = null;
        this.sockets.begin();
        try {
            InetSocketAddress wanted = BindAddress.resolve(this.listener.address(), this.listener.port());
            overlapping = BindAddress.overlapping(wanted, others);
            if (overlapping != null) {
                // The kernel would let both have the port, where the one is on every address.
                throw new BindException("Address already in use");
            }
            InetSocketAddress bound = wanted.getAddress().isAnyLocalAddress() ? openEvery(wanted) : openOne(wanted);
            this.filter.addOwnPort(bound.getPort());
            this.address = bound;
        } catch (IOException | RuntimeException ex) {
            throw new ListenerBindException(this.name, this.listener, overlapping, ex);
        }
    }

    private InetSocketAddress openOne(InetSocketAddress wanted) throws IOException {
        LocalAddresses.lookUp();
        if (DatagramFilter.isForMany(wanted.getAddress())) {
            throw new IOException("it is a broadcast address");
        }
        return this.sockets.open(wanted.getAddress(), wanted.getPort());
    }

    private InetSocketAddress openEvery(InetSocketAddress wanted) throws IOException {
        int port = wanted.getPort();
        if (this.unnamedAddresses != null) {
            port = this.unnamedAddresses.open(port);
            this.sockets.share();
        } else {
            logger.info(
                    "Echo listener %s answers on the addresses of this host's interfaces, and on no other: only epoll can"
                            .formatted(this.name));
        }
        this.named = lookUp(wanted);
        for (InetAddress each : this.named.values()) {
            try {
                port = this.sockets.open(each, port).getPort();
            } catch (RuntimeException ex) {
                // The kernel has not yet found the address to be unique (RFC 4862), or has just lost it.
                if (!String.valueOf(
                                NestedExceptionUtils.getMostSpecificCause(ex).getMessage())
                        .contains("Cannot assign requested address")) {
                    throw ex;
                }
            }
        }
        if (!this.sockets.isAnyOpen()) {
            throw new IOException("no interface has an address");
        }
        return new InetSocketAddress(wanted.getAddress(), port);
    }

    private static Map<String, InetAddress> lookUp(InetSocketAddress wanted) {
        if (!wanted.getAddress().isAnyLocalAddress()) {
            return Map.of(LocalAddresses.name(wanted.getAddress()), wanted.getAddress());
        }
        Map<String, InetAddress> addresses = LocalAddresses.lookUp();
        if (wanted.getAddress() instanceof Inet4Address) {
            addresses.values().removeIf(address -> !(address instanceof Inet4Address));
        }
        return addresses;
    }

    @Override
    public synchronized void accept() {
        InetSocketAddress bound = this.address;
        if (bound != null) {
            this.looks = Schedulers.boundedElastic()
                    .schedulePeriodically(
                            () -> follow(bound), SECONDS_BETWEEN_LOOKS, SECONDS_BETWEEN_LOOKS, TimeUnit.SECONDS);
        }
    }

    private synchronized void follow(InetSocketAddress bound) {
        if (this.address != null) {
            Map<String, InetAddress> now = lookUp(bound);
            this.sockets.follow(this.named, now, bound.getPort());
            this.named = now;
        }
    }

    @Override
    public synchronized Mono<Void> close() {
        this.address = null;
        if (this.looks != null) {
            this.looks.dispose();
        }
        return Mono.when(
                (this.unnamedAddresses != null) ? this.unnamedAddresses.close() : Mono.empty(), this.sockets.close());
    }

    @Override
    public Optional<InetSocketAddress> address() {
        return Optional.ofNullable(this.address);
    }

    @Override
    public Optional<String> path() {
        return Optional.empty();
    }

    @Override
    public boolean isUnopened() {
        return this.address != null && !this.sockets.isAnyOpen();
    }
}
