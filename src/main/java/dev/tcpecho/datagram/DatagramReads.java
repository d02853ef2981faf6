package dev.tcpecho.datagram;

import dev.tcpecho.transport.Transport;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import reactor.netty.udp.UdpServer;

/**
 * Lets a server read whole datagrams. Netty's default is a space of 2,048 bytes for each, and cuts off the rest in
 * silence.
 */
public final class DatagramReads {

    /** Reads in a row, after which what was written is sent, and other sockets have their turn. */
    private static final int IN_A_ROW = 16;

    private DatagramReads() {}

    /**
     * Configures how datagrams are read.
     *
     * @param server the server
     * @param transport the transport of its event loops
     * @return the server with space for the largest datagrams
     */
    public static UdpServer configure(UdpServer server, Transport transport) {
        if (transport == Transport.EPOLL) {
            return server.option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, DatagramFilter.MOST_BYTES)
                    .option(ChannelOption.RECVBUF_ALLOCATOR, new DatagramReceiveBuffers(DatagramFilter.MOST_BYTES));
        }
        return server.option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new SingleDatagramBuffers(DatagramFilter.MOST_BYTES)
                        .respectMaybeMoreData(false)
                        .maxMessagesPerRead(IN_A_ROW));
    }
}
