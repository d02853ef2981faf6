package dev.tcpecho.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.echo.Echo;
import dev.tcpecho.metrics.ListenerMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
    class EchoTests {

        private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

        private final SocketThatTakesNothing socket = new SocketThatTakesNothing();

        private Echo newEcho() {
            return new Echo(new ListenerMetrics(this.registry, "plain"), limits(0, 0));
        }

        private double closed(String reason) {
            return this.registry
                    .get("echo.connections.closed")
                    .tag("reason", reason)
                    .functionCounter()
                    .count();
        }

        @Test
        void isNothingToTellOrCountBeforeItsConnectionIsAdmitted() {
            channel = new EmbeddedChannel(new AdmissionThatWaits(), newEcho());
            assertThat(Echo.describe(channel)).isEmpty();
            channel.close();
            assertThat(this.registry.get("echo.connections.closed").functionCounters())
                    .isNotEmpty()
                    .allSatisfy(count -> assertThat(count.count()).isZero());
        }

        @Test
        void sendsBackTheBufferItselfWhenAllThatCouldBeReadIsHere() {
            channel = new EmbeddedChannel(newEcho());
            ByteBuf buffer = Unpooled.copiedBuffer(new byte[] {1});
            channel.writeOneInbound(buffer);
            assertThat(channel.outboundMessages()).isEmpty();
            channel.flushInbound();
            assertThat(channel.outboundMessages()).containsExactly(buffer);
            assertThat(buffer.refCnt()).isOne();
        }

        @Test
        void closesAfterTheRestWhenTheClientEnds() {
            channel = new EmbeddedChannel(this.socket, newEcho());
            channel.writeInbound(Unpooled.copiedBuffer(new byte[] {1}));
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
            assertThat(channel.isOpen()).isTrue();
            this.socket.full = false;
            channel.flush();
            assertThat(channel.isOpen()).isFalse();
            assertThat(closed("client")).isOne();
        }

        @Test
        void sendsBackNothingThatComesBehindTheEnd() {
            channel = new EmbeddedChannel(this.socket, newEcho());
            channel.writeInbound(Unpooled.copiedBuffer(new byte[] {1}));
            channel.pipeline().fireUserEventTriggered(SslCloseCompletionEvent.SUCCESS);
            ByteBuf late = Unpooled.copiedBuffer(new byte[] {2});
            channel.writeInbound(late);
            assertThat(late.refCnt()).isZero();
        }

        @Test
        void sendsTheRestWhateverFailsBehindTheEnd() {
            channel = new EmbeddedChannel(this.socket, newEcho());
            channel.writeInbound(Unpooled.copiedBuffer(new byte[] {1}));
            channel.pipeline().fireUserEventTriggered(SslCloseCompletionEvent.SUCCESS);
            channel.pipeline().fireExceptionCaught(new IOException("late"));
            assertThat(channel.isOpen()).isTrue();
            this.socket.full = false;
            channel.flush();
            channel.checkException();
            assertThat(channel.outboundMessages()).hasSize(2);
            assertThat(channel.isOpen()).isFalse();
        }

        @Test
        void closesWhenReadingFails() {
            channel = new EmbeddedChannel(newEcho());
            channel.writeInbound(Unpooled.copiedBuffer(new byte[] {1}));
            channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));
            channel.checkException();
            assertThat(channel.isOpen()).isFalse();
            assertThat(closed("reset")).isOne();
        }

        @Test
        void readsOnWhenTheChannelIsWritableAgain() {
            channel = withWaterMark(this.socket, newEcho());
            channel.write(Unpooled.wrappedBuffer(new byte[20]));
            this.socket.full = false;
            channel.flush();
            assertThat(channel.isWritable()).isTrue();
            assertThat(channel.config().isAutoRead()).isTrue();
        }

        @Test
        void flushesAndThenStopsReadingWhileTheChannelIsNotWritable() {
            channel = withWaterMark(this.socket, newEcho());
            channel.write(Unpooled.wrappedBuffer(new byte[20]));
            assertThat(calls).containsExactly("flush while reading");
            assertThat(channel.config().isAutoRead()).isFalse();
        }

        @Test
        void readsOnWhenTheFlushTakesAll() {
            this.socket.full = false;
            channel = withWaterMark(this.socket, newEcho());
            channel.write(Unpooled.wrappedBuffer(new byte[20]));
            assertThat(channel.config().isAutoRead()).isTrue();
        }
    }

    @Nested
    class BoundedReceiveBuffersTests {

        private ExtendedHandle handle;

        private ExtendedHandle install() {
            channel = withWaterMark();
            BoundedReceiveBuffers.install(channel);
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
        void givesNoMoreSpaceThanMayBeHeldBesideWhatIs() {
            channel = new EmbeddedChannel();
            channel.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(65_536));
            BoundedReceiveBuffers.install(channel);
            this.handle =
                    (ExtendedHandle) channel.config().getRecvByteBufAllocator().newHandle();
            ByteBuf full = this.handle.allocate(UnpooledByteBufAllocator.DEFAULT);
            assertThat(full.capacity()).isEqualTo(65_536);
            channel.write(full.writerIndex(60_000));
            ByteBuf rest = this.handle.allocate(UnpooledByteBufAllocator.DEFAULT);
            assertThat(60_000 + rest.capacity()).isBetween(81_000, 80 * 1024);
            rest.release();
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

    @Nested
    class TimeLimitsTests {

        private final SocketThatTakesNothing socket = new SocketThatTakesNothing();

        private TimeLimits start(int idleSeconds, int lifetimeSeconds) {
            channel = new EmbeddedChannel(this.socket);
            channel.freezeTime();
            return new TimeLimits(channel, limits(idleSeconds, lifetimeSeconds));
        }

        private void pass(int seconds) {
            channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();
            channel.runPendingTasks();
        }

        private void assertClosesIn(int seconds) {
            pass(seconds - 1);
            assertThat(channel.isOpen()).isTrue();
            pass(1);
            assertThat(channel.isOpen()).isFalse();
        }

        @Test
        void closeWhenNothingWasRead() {
            start(10, 0);
            assertClosesIn(10);
        }

        @Test
        void countFromTheLastRead() {
            TimeLimits limits = start(10, 0);
            pass(9);
            limits.passed();
            assertClosesIn(10);
        }

        @Test
        void waitForAClientThatTookSomethingAsLongAgain() {
            start(10, 0);
            channel.write(Unpooled.wrappedBuffer(new byte[1]));
            pass(10);
            this.socket.full = false;
            channel.flush();
            pass(10);
            assertClosesIn(10);
        }

        @Test
        void closeForAClientThatTakesNothing() {
            start(10, 0);
            channel.write(Unpooled.wrappedBuffer(new byte[1]));
            pass(10);
            assertClosesIn(10);
        }

        @Test
        void closeAtAnAgeAlthoughBytesPass() {
            TimeLimits limits = start(10, 25);
            for (int i = 0; i < 3; i++) {
                pass(8);
                limits.passed();
            }
            assertClosesIn(1);
        }

        @Test
        void closeNothingThatHasEnded() {
            start(10, 0).stop();
            pass(20);
            assertThat(channel.isOpen()).isTrue();
        }
    }

    private static Limits limits(int idleSeconds, int lifetimeSeconds) {
        return new Limits(
                1, 0, Duration.ofSeconds(idleSeconds), Duration.ofSeconds(lifetimeSeconds), List.of(), List.of());
    }

    private static EmbeddedChannel withWaterMark(ChannelHandler... handlers) {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(5, 10));
        channel.pipeline().addLast(handlers);
        return channel;
    }

    /** Stands for a handler that has not decided yet. */
    private static final class AdmissionThatWaits extends ChannelInboundHandlerAdapter {

        @Override
        public void channelActive(ChannelHandlerContext context) {}
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
