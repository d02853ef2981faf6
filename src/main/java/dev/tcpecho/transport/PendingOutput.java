package dev.tcpecho.transport;

import io.netty.channel.Channel;
import io.netty.channel.nio.AbstractNioChannel.NioUnsafe;

/** Offers the kernel what it has not taken yet. */
public final class PendingOutput {

    private PendingOutput() {}

    /**
     * Writes as much as the kernel takes now. The kernel tells that a socket is writable only when a third of its send
     * buffer is free, and for a slow reader that may take minutes. epoll and io_uring have {@link TcpInfo} instead.
     *
     * @param channel a connection, on its event loop
     */
    public static void offer(Channel channel) {
        if (channel.unsafe() instanceof NioUnsafe unsafe) {
            unsafe.forceFlush();
        }
    }
}
