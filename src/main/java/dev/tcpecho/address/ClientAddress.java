package dev.tcpecho.address;

import dev.tcpecho.transport.UnixChannel;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** The address of a connection's client: the one that a trusted proxy named, or else the one it comes from. */
public final class ClientAddress {

    private static final AttributeKey<InetSocketAddress> NAMED = AttributeKey.valueOf("echo.client-address");

    /** Of a connection that was reset before it could be asked. */
    private static final InetSocketAddress GONE = new InetSocketAddress(0);

    private ClientAddress() {}

    /**
     * Remembers the client that a trusted proxy named.
     *
     * @param channel the connection
     * @param client the client's address and port
     */
    public static void set(Channel channel, InetSocketAddress client) {
        channel.attr(NAMED).set(client);
    }

    /**
     * Returns the client's address.
     *
     * @param channel the connection
     * @return the address
     */
    public static InetAddress of(Channel channel) {
        return socketAddressOf(channel).getAddress();
    }

    /**
     * Returns the client's address and port.
     *
     * @param channel the connection
     * @return the address and port; the unspecified ones if the connection was reset before it could be asked
     */
    public static InetSocketAddress socketAddressOf(Channel channel) {
        InetSocketAddress named = channel.attr(NAMED).get();
        return (named != null) ? named : peerSocketAddress(channel);
    }

    /**
     * Returns the address that a connection comes from, whoever it is for.
     *
     * @param channel the connection
     * @return the address; the unspecified one if the connection was reset before it could be asked
     */
    public static InetAddress peer(Channel channel) {
        return peerSocketAddress(channel).getAddress();
    }

    /**
     * Returns what limits for each address count by.
     *
     * @param client an address
     * @return the IPv4 address, or the first 64 bits of an IPv6 address: a /64 is what one IPv6 host is commonly given
     *     (RFC 6177), and can choose addresses from
     */
    public static Object limited(InetAddress client) {
        return (client instanceof Inet6Address)
                ? ByteBuffer.wrap(client.getAddress()).getLong()
                : client;
    }

    /**
     * Returns the client's address as a text.
     *
     * @param channel the connection
     * @return the address; for a Unix socket the process, as far as the transport tells it
     */
    public static String describe(Channel channel) {
        return UnixChannel.isUnix(channel) ? UnixChannel.describe(channel) : NetUtil.toAddressString(of(channel));
    }

    /**
     * Returns the client's address and port as a text.
     *
     * @param channel the connection
     * @return the address and port; for a Unix socket the process, as far as the transport tells it
     */
    public static String describeWithPort(Channel channel) {
        return UnixChannel.isUnix(channel)
                ? UnixChannel.describe(channel)
                : NetUtil.toSocketAddressString(socketAddressOf(channel));
    }

    private static InetSocketAddress peerSocketAddress(Channel channel) {
        return (channel.remoteAddress() instanceof InetSocketAddress peer) ? peer : GONE;
    }
}
