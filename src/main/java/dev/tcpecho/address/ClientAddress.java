package dev.tcpecho.address;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** The address of a connection's client: the one that a trusted proxy named, or else the one it comes from. */
public final class ClientAddress {

    private static final AttributeKey<InetAddress> NAMED = AttributeKey.valueOf("echo.client-address");

    /** Of a connection that was reset before it could be asked. */
    private static final InetAddress GONE = new InetSocketAddress(0).getAddress();

    private ClientAddress() {}

    /**
     * Remembers the client that a trusted proxy named.
     *
     * @param channel the connection
     * @param client the client's address
     */
    public static void set(Channel channel, InetAddress client) {
        channel.attr(NAMED).set(client);
    }

    /**
     * Returns the client's address.
     *
     * @param channel the connection
     * @return the address
     */
    public static InetAddress of(Channel channel) {
        InetAddress named = channel.attr(NAMED).get();
        return (named != null) ? named : peer(channel);
    }

    /**
     * Returns the address that a connection comes from, whoever it is for.
     *
     * @param channel the connection
     * @return the address; the unspecified one if the connection was reset before it could be asked
     */
    public static InetAddress peer(Channel channel) {
        return (channel.remoteAddress() instanceof InetSocketAddress peer) ? peer.getAddress() : GONE;
    }
}
