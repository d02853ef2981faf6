package dev.tcpecho.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;

/** The memory that datagrams are read into. */
class DatagramReceiveBuffersTests {

    private final DatagramReceiveBuffers buffers = new DatagramReceiveBuffers(65_535);

    private ByteBuf allocate() {
        return this.buffers.newHandle().allocate(UnpooledByteBufAllocator.DEFAULT);
    }

    @Test
    void everySocketOfAnEventLoopReadsIntoTheSameBlock() {
        ByteBuf first = allocate();
        first.writeZero(first.writableBytes());
        ByteBuf datagram = first.retainedSlice(0, 512);
        first.release();
        datagram.release();
        ByteBuf second = allocate();
        assertThat(second).isSameAs(first);
        assertThat(second.writableBytes()).isEqualTo(32 * 65_535);
        second.release();
    }

    @Test
    void blockWithADatagramThatWaitsIsNotReadInto() {
        ByteBuf first = allocate();
        ByteBuf waiting = first.retainedSlice(0, 512);
        first.release();
        ByteBuf second = allocate();
        assertThat(second).isNotSameAs(first);
        second.release();
        waiting.release();
        assertThat(first.refCnt()).isZero();
        ByteBuf third = allocate();
        assertThat(third).isSameAs(second);
        third.release();
    }
}
