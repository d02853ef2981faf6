package dev.tcpecho.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Optional;

/**
 * What Linux tells of a TCP connection: the structure {@code tcp_info} of {@code linux/tcp.h}. Netty's own view of it
 * ends before the counts of bytes, and only epoll has one.
 *
 * @param bytesAcknowledged how many bytes the client's kernel has acknowledged, 0 or more; its receive buffer may still
 *     hold them
 * @param allAcknowledged whether it has acknowledged every byte that was written
 * @param sinceAcknowledgement how long ago the last acknowledgement came, in whole milliseconds; one may acknowledge
 *     nothing new
 */
public record TcpInfo(long bytesAcknowledged, boolean allAcknowledged, Duration sinceAcknowledgement) {

    private static final int IPPROTO_TCP = 6;

    private static final int TCP_INFO = 11;

    private static final int UNACKED_SEGMENTS = 24;

    private static final int MILLIS_SINCE_ACK = 56;

    private static final int BYTES_ACKED = 120;

    private static final int NOT_SENT_BYTES = 144;

    private static final ChannelOption<ByteBuffer> OPTION =
            new RawUnixChannelOption("TCP_INFO", IPPROTO_TCP, TCP_INFO, NOT_SENT_BYTES + Integer.BYTES);

    /**
     * Asks the kernel.
     *
     * @param channel a connection
     * @return what it tells; empty on NIO, which cannot ask, and for a channel that is closed or a Unix socket
     */
    public static Optional<TcpInfo> of(Channel channel) {
        return channel.isOpen() && channel instanceof SocketChannel
                ? Optional.ofNullable(channel.config().getOption(OPTION)).map(TcpInfo::read)
                : Optional.empty();
    }

    private static TcpInfo read(ByteBuffer info) {
        info.order(ByteOrder.nativeOrder());
        return new TcpInfo(
                info.getLong(BYTES_ACKED),
                info.getInt(UNACKED_SEGMENTS) == 0 && info.getInt(NOT_SENT_BYTES) == 0,
                Duration.ofMillis(Integer.toUnsignedLong(info.getInt(MILLIS_SINCE_ACK))));
    }
}
