package dev.tcpecho.transport;

import io.netty.channel.Channel;
import io.netty.channel.nio.AbstractNioChannel.NioUnsafe;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/**
 * Sends a datagram without a byte, which UDP allows. Netty takes one for sent, and does not send it; on epoll it also
 * sends the datagrams behind it again.
 */
public final class EmptyDatagram {

    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

    private EmptyDatagram() {}

    /**
     * Sends one, now and past the channel's own queue.
     *
     * @param channel a channel of UDP, on its event loop
     * @param recipient whom it is for
     * @throws IOException if the kernel does not take it
     */
    public static void send(Channel channel, InetSocketAddress recipient) throws IOException {
        if (channel.unsafe() instanceof NioUnsafe unsafe) {
            ((DatagramChannel) unsafe.ch()).send(NOTHING.duplicate(), recipient);
        } else {
            new Socket(((UnixChannel) channel).fd().intValue())
                    .sendTo(NOTHING, 0, 0, recipient.getAddress(), recipient.getPort());
        }
    }
}
