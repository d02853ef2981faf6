package dev.tcpecho.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BoundedReceiveBuffersTests {

    private final EmbeddedChannel channel = new EmbeddedChannel();

    @AfterEach
    void releaseAll() {
        this.channel.finishAndReleaseAll();
    }

    private ExtendedHandle handle;

    private ExtendedHandle install() {
        this.channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(5, 10));
        BoundedReceiveBuffers.install(this.channel);
        this.handle =
                (ExtendedHandle) this.channel.config().getRecvByteBufAllocator().newHandle();
        this.handle.reset(this.channel.config());
        return this.handle;
    }

    @Test
    void givesSpaceToReadWhileTheChannelIsWritable() {
        ByteBuf space = install().allocate(UnpooledByteBufAllocator.DEFAULT);
        assertThat(space.writableBytes()).isPositive();
        this.handle.lastBytesRead(-1);
        assertThat(this.handle.lastBytesRead()).as("end of stream").isEqualTo(-1);
        space.release();
    }

    @Test
    void givesNoMoreSpaceThanMayBeHeldBesideWhatIs() {
        this.channel.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(65_536));
        BoundedReceiveBuffers.install(this.channel);
        this.handle =
                (ExtendedHandle) this.channel.config().getRecvByteBufAllocator().newHandle();
        ByteBuf full = this.handle.allocate(UnpooledByteBufAllocator.DEFAULT);
        assertThat(full.capacity()).isEqualTo(65_536);
        this.channel.write(full.writerIndex(60_000));
        ByteBuf rest = this.handle.allocate(UnpooledByteBufAllocator.DEFAULT);
        assertThat(60_000 + rest.capacity()).isBetween(81_000, 80 * 1024);
        rest.release();
    }

    @Test
    void givesNoSpaceWhileTheChannelIsNotWritableAndTakesNothingForTheEnd() {
        install();
        this.channel.write(Unpooled.wrappedBuffer(new byte[20]));
        assertThat(this.handle.allocate(UnpooledByteBufAllocator.DEFAULT).writableBytes())
                .isZero();
        this.handle.lastBytesRead(-1);
        assertThat(this.handle.lastBytesRead()).isZero();
    }

    @Test
    void aLackOfMemoryIsToldToTheHandlersAndNotThrownIntoTheTransport() {
        AtomicReference<Throwable> caught = new AtomicReference<>();
        this.channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                caught.set(cause);
            }
        });
        OutOfMemoryError none = new OutOfMemoryError("none");
        ByteBuf space = install().allocate(new ScarceAllocator(0, none));
        assertThat(space.writableBytes()).isZero();
        assertThat(this.channel.config().isAutoRead()).isFalse();
        this.channel.runPendingTasks();
        assertThat(caught).hasValue(none);
    }

    @Test
    void aClientThatTakesItsEchoIsReadWithASmallBufferWhereALargeOneCannotBeHad() {
        this.channel.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(65_536));
        BoundedReceiveBuffers.install(this.channel);
        this.handle =
                (ExtendedHandle) this.channel.config().getRecvByteBufAllocator().newHandle();
        ByteBuf space = this.handle.allocate(new ScarceAllocator(2048, new OutOfMemoryError("none")));
        assertThat(space.capacity()).isEqualTo(2048);
        space.release();
    }

    /** Has no memory for more than some bytes at a time. */
    private static final class ScarceAllocator extends AbstractByteBufAllocator {

        private final int most;

        private final OutOfMemoryError none;

        ScarceAllocator(int most, OutOfMemoryError none) {
            super(true);
            this.most = most;
            this.none = none;
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            if (initialCapacity > this.most) {
                throw this.none;
            }
            return UnpooledByteBufAllocator.DEFAULT.directBuffer(initialCapacity, maxCapacity);
        }

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            return newDirectBuffer(initialCapacity, maxCapacity);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }
}
