package dev.tcpecho.datagram;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.Nullable;

/**
 * Has all sockets of an event loop read into one block, over and over: a datagram that goes straight back is sent
 * before the next read. So a read brings several datagrams of any length, and a small one takes no more memory than
 * itself.
 */
final class DatagramReceiveBuffers extends DefaultMaxMessagesRecvByteBufAllocator {

    /** Datagrams that one call of the kernel can bring. */
    private static final int DATAGRAMS = 32;

    private final int bytes;

    private final FastThreadLocal<@Nullable ByteBuf> blocks = new FastThreadLocal<>() {

        @Override
        protected void onRemoval(@Nullable ByteBuf block) {
            if (block != null) {
                block.release();
            }
        }
    };

    /**
     * Makes the allocator of all sockets of a service.
     *
     * @param mostBytes the length of the largest datagram
     */
    DatagramReceiveBuffers(int mostBytes) {
        // A second read in a row would find the block taken by what the first one brought.
        super(1);
        this.bytes = DATAGRAMS * mostBytes;
    }

    @Override
    public Handle newHandle() {
        return new MaxMessageHandle() {

            @Override
            public int guess() {
                return DatagramReceiveBuffers.this.bytes;
            }

            @Override
            public ByteBuf allocate(ByteBufAllocator allocator) {
                return block(allocator).retain();
            }
        };
    }

    private ByteBuf block(ByteBufAllocator allocator) {
        ByteBuf block = this.blocks.get();
        if (block != null && block.refCnt() == 1) {
            return block.clear();
        }
        // The kernel has not taken every datagram of the block yet.
        ByteBuf next = allocator.directBuffer(this.bytes);
        this.blocks.set(next);
        if (block != null) {
            block.release();
        }
        return next;
    }
}
