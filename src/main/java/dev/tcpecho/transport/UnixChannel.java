package dev.tcpecho.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import java.io.IOException;

/** What is particular to a connection over a Unix socket. */
public final class UnixChannel {

    private static final String UNKNOWN = "unix";

    private UnixChannel() {}

    /**
     * Tells whether a connection has come over a Unix socket.
     *
     * @param channel the connection
     * @return whether it has
     */
    public static boolean isUnix(Channel channel) {
        return channel instanceof DomainSocketChannel || channel instanceof NioDomainSocketChannel;
    }

    /**
     * Tells whether Netty closes a channel at the end of the client's stream, whatever is still owed: for Unix sockets,
     * NIO and io_uring do not look at {@code ALLOW_HALF_CLOSURE}.
     *
     * @param channel the connection
     * @return whether it does
     */
    public static boolean closesAtEndOfInput(Channel channel) {
        return isUnix(channel) && !(channel instanceof EpollDomainSocketChannel);
    }

    /**
     * Asks the kernel who has connected.
     *
     * @param channel a connection over a Unix socket
     * @return for example {@code unix pid 17 uid 1000}, as they were at the connect; {@code unix} on NIO, which cannot
     *     ask for both, and for a connection that has ended
     */
    public static String describe(Channel channel) {
        try {
            if (channel instanceof EpollDomainSocketChannel epoll) {
                return describe(epoll.peerCredentials());
            }
            return (channel instanceof IoUringDomainSocketChannel uring) ? describe(uring.peerCredentials()) : UNKNOWN;
        } catch (IOException | ChannelException ex) {
            return UNKNOWN;
        }
    }

    private static String describe(PeerCredentials peer) {
        return "%s pid %s uid %s".formatted(UNKNOWN, peer.pid(), peer.uid());
    }
}
