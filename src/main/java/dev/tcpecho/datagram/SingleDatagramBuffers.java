package dev.tcpecho.datagram;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufHolder;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;

/**
 * Has each read take one datagram, of any length. If there is no memory for a buffer, the read takes the datagram
 * without its bytes, and {@link #isWithoutMemory(ByteBufHolder)} tells. An error in its place would close the socket on
 * NIO, and end the event loop on io_uring.
 */
final class SingleDatagramBuffers extends DefaultMaxMessagesRecvByteBufAllocator {

    private final int bytes;

    /**
     * Makes the allocator of all sockets of a service.
     *
     * @param mostBytes the length of the largest datagram
     */
    SingleDatagramBuffers(int mostBytes) {
        this.bytes = mostBytes;
    }

    /** Tells whether there was no memory to read the bytes of a datagram into, which are lost. */
    static boolean isWithoutMemory(ByteBufHolder datagram) {
        return datagram.content() == Unpooled.EMPTY_BUFFER;
    }

    @Override
    public Handle newHandle() {
        return new MaxMessageHandle() {

            @Override
            public int guess() {
                return SingleDatagramBuffers.this.bytes;
            }

            @Override
            public ByteBuf allocate(ByteBufAllocator allocator) {
                try {
                    return allocator.ioBuffer(SingleDatagramBuffers.this.bytes);
                } catch (OutOfMemoryError noMemory) {
                    return Unpooled.EMPTY_BUFFER;
                }
            }
        };
    }
}
