package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The handlers between the socket and the echo, each by itself. */
class PipelineTests {

    private final List<String> calls = new ArrayList<>();

    private EmbeddedChannel channel = new EmbeddedChannel();

    @AfterEach
    void releaseAll() {
        this.channel.finishAndReleaseAll();
    }

    @Nested
    class EndOfInputTests {

        @Test
        void marksTheEndOfTheStreamInOrderAndOnce() {
            channel = new EmbeddedChannel(new EndOfInput());
            ByteBuf last = Unpooled.copiedBuffer(new byte[] {1});
            channel.writeInbound(last);
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
            assertThat(channel.inboundMessages()).containsExactly(last, EndOfInput.MARKER);
        }

        @Test
        void letsNothingThroughBehindTheEnd() {
            channel = new EmbeddedChannel(new EndOfInput());
            channel.pipeline().fireUserEventTriggered(SslCloseCompletionEvent.SUCCESS);
            ByteBuf late = Unpooled.copiedBuffer(new byte[] {1});
            channel.writeInbound(late);
            channel.pipeline().fireExceptionCaught(new IOException("late"));
            channel.checkException();
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            assertThat(channel.inboundMessages()).containsExactly(EndOfInput.MARKER);
            assertThat(late.refCnt()).isZero();
        }
    }

    @Nested
    class BackpressureTests {

        @Test
        void readsOnWhenTheChannelIsWritableAgain() {
            SocketThatTakesNothing socket = new SocketThatTakesNothing();
            channel = withWaterMark(socket, Backpressure.HANDLER);
            channel.write(Unpooled.wrappedBuffer(new byte[20]));
            socket.full = false;
            channel.flush();
            assertThat(channel.isWritable()).isTrue();
            assertThat(channel.config().isAutoRead()).isTrue();
        }

        @Test
        void flushesAndThenStopsReadingWhileTheChannelIsNotWritable() {
            SocketThatTakesNothing socket = new SocketThatTakesNothing();
            channel = withWaterMark(socket, Backpressure.HANDLER);
            channel.write(Unpooled.wrappedBuffer(new byte[20]));
            assertThat(calls).containsExactly("flush while reading");
            assertThat(channel.config().isAutoRead()).isFalse();
        }

        @Test
        void readsOnWhenTheFlushTakesAll() {
            SocketThatTakesNothing socket = new SocketThatTakesNothing();
            socket.full = false;
            channel = withWaterMark(socket, Backpressure.HANDLER);
            channel.write(Unpooled.wrappedBuffer(new byte[20]));
            assertThat(channel.config().isAutoRead()).isTrue();
        }

        @Test
        void flushesWhenAllThatCouldBeReadIsHere() {
            channel = new EmbeddedChannel(Backpressure.HANDLER);
            channel.write(Unpooled.wrappedBuffer(new byte[1]));
            assertThat(channel.outboundMessages()).isEmpty();
            channel.pipeline().fireChannelReadComplete();
            assertThat(channel.outboundMessages()).hasSize(1);
        }
    }

    @Nested
    class ReadGateTests {

        private ExtendedHandle handle;

        private ExtendedHandle install() {
            channel = withWaterMark();
            ReadGate.install(channel);
            this.handle =
                    (ExtendedHandle) channel.config().getRecvByteBufAllocator().newHandle();
            this.handle.reset(channel.config());
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
        void givesNoSpaceWhileTheChannelIsNotWritableAndTakesNothingForTheEnd() {
            install();
            channel.write(Unpooled.wrappedBuffer(new byte[20]));
            assertThat(this.handle.allocate(UnpooledByteBufAllocator.DEFAULT).writableBytes())
                    .isZero();
            this.handle.lastBytesRead(-1);
            assertThat(this.handle.lastBytesRead()).isZero();
        }
    }

    private static EmbeddedChannel withWaterMark(ChannelHandler... handlers) {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(5, 10));
        channel.pipeline().addLast(handlers);
        return channel;
    }

    /** Stands for a socket whose send buffer is full. */
    private final class SocketThatTakesNothing extends ChannelOutboundHandlerAdapter {

        private boolean full = true;

        @Override
        public void flush(ChannelHandlerContext context) {
            calls.add(context.channel().config().isAutoRead() ? "flush while reading" : "flush");
            if (!this.full) {
                context.flush();
            }
        }
    }
}
