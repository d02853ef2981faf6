package dev.tcpecho.admission;

import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.address.ClientAddress;
import dev.tcpecho.metrics.RejectReason;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may connect. One instance is for all listeners, whose event loops ask it at the same time. A place that
 * is taken is given back when its channel closes.
 */
public final class Admission {

    private final Limits limits;

    private volatile int mostConnections;

    private final AtomicInteger connections = new AtomicInteger();

    private final Map<Object, Integer> connectionsByAddress = new ConcurrentHashMap<>();

    /** One for all connections. */
    private final ChannelFutureListener connectionRelease = close -> releaseConnection();

    /**
     * Starts with no connection.
     *
     * @param limits who may connect, and how many
     */
    public Admission(Limits limits) {
        this.limits = limits;
        this.mostConnections = limits.connections().most();
    }

    /**
     * Sets how many connections may be open at the same time.
     *
     * @param connections 1 or more, and no more than the limits allow
     */
    public void limitConnections(int connections) {
        this.mostConnections = connections;
    }

    /**
     * Returns how many connections may be open at the same time.
     *
     * @return 1 or more
     */
    public int mostConnections() {
        return this.mostConnections;
    }

    /** Admits a channel whose peer is the client, or tells why not. */
    @Nullable
    RejectReason admit(Channel channel, InetAddress client) {
        RejectReason reason = takeAddress(client);
        if (reason == null && !takeConnection()) {
            releaseAddress(client);
            reason = RejectReason.LIMIT;
        }
        if (reason == null) {
            channel.closeFuture().addListener(this.connectionRelease);
            releaseAddressOnClose(channel, client);
        }
        return reason;
    }

    /**
     * Admits a channel, or tells why not, that is a Unix socket or whose peer is a proxy: its client may come later.
     */
    @Nullable
    RejectReason admitWithoutAddress(Channel channel) {
        if (!takeConnection()) {
            return RejectReason.LIMIT;
        }
        channel.closeFuture().addListener(this.connectionRelease);
        return null;
    }

    /** Admits the client that a proxy named for a channel that is admitted already, or tells why not. */
    @Nullable
    RejectReason admitProxiedClient(Channel channel, InetAddress client) {
        RejectReason reason = takeAddress(client);
        if (reason == null) {
            releaseAddressOnClose(channel, client);
        }
        return reason;
    }

    private boolean takeConnection() {
        if (this.connections.incrementAndGet() <= this.mostConnections) {
            return true;
        }
        releaseConnection();
        return false;
    }

    private void releaseConnection() {
        this.connections.decrementAndGet();
    }

    private @Nullable RejectReason takeAddress(InetAddress client) {
        if (!this.limits.admits(client)) {
            return RejectReason.DENIED;
        }
        int limit = this.limits.connectionsPerAddress();
        if (limit > 0 && this.connectionsByAddress.merge(ClientAddress.limited(client), 1, Integer::sum) > limit) {
            releaseAddress(client);
            return RejectReason.ADDRESS_LIMIT;
        }
        return null;
    }

    private void releaseAddressOnClose(Channel channel, InetAddress client) {
        if (this.limits.connectionsPerAddress() > 0) {
            channel.closeFuture().addListener(close -> releaseAddress(client));
        }
    }

    private void releaseAddress(InetAddress client) {
        if (this.limits.connectionsPerAddress() > 0) {
            this.connectionsByAddress.computeIfPresent(
                    ClientAddress.limited(client), (key, count) -> (count == 1) ? null : Integer.valueOf(count - 1));
        }
    }
}
