package dev.tcpecho.echo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.channel.BoundedReceiveBuffers;
import dev.tcpecho.channel.InboundSignals;
import dev.tcpecho.metrics.ListenerMetrics;
import dev.tcpecho.testing.SocketThatTakesNothing;
import dev.tcpecho.testing.TestLimits;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.ConnectionObserver.State;
import reactor.netty.channel.ChannelOperations;

/** The echo of one connection, on a channel without a socket. */
class EchoTests {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private final SocketThatTakesNothing socket = new SocketThatTakesNothing();

    private final EmbeddedChannel channel = new EmbeddedChannel();

    @AfterEach
    void releaseAll() {
        this.channel.finishAndReleaseAll();
    }

    /** Echoes as the service does, behind some handlers. */
    private void start(ChannelHandler... handlers) {
        ListenerMetrics metrics = new ListenerMetrics(this.registry, "plain");
        BoundedReceiveBuffers.install(this.channel);
        this.channel.pipeline().addLast(handlers).addLast(InboundSignals.NAME, InboundSignals.HANDLER);
        ChannelOperations.addReactiveBridge(
                this.channel,
                (connection, observer, message) -> new EchoOperations(
                        connection,
                        observer,
                        metrics,
                        TestLimits.of(0, 0),
                        BoundedReceiveBuffers.heldBytes(this.channel),
                        (received, echo) -> received),
                new ServerOfReactorNetty());
        this.channel.pipeline().fireChannelActive();
    }

    private void startWithLowWaterMarks() {
        this.channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(5, 10));
        start(this.socket);
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
        start(new AdmissionThatWaits());
        assertThat(EchoOperations.of(this.channel)).isEmpty();
        this.channel.close();
        assertThat(this.registry.get("echo.connections.closed").functionCounters())
                .isNotEmpty()
                .allSatisfy(count -> assertThat(count.count()).isZero());
    }

    @Test
    void sendsBackTheBufferItselfWhenAllThatCouldBeReadIsHere() {
        start();
        ByteBuf buffer = Unpooled.copiedBuffer(new byte[] {1});
        this.channel.writeOneInbound(buffer);
        assertThat(this.channel.outboundMessages()).isEmpty();
        this.channel.flushInbound();
        assertThat(this.channel.outboundMessages()).containsExactly(buffer);
        assertThat(buffer.refCnt()).isOne();
    }

    @Test
    void closesAfterTheRestWhenTheClientEnds() {
        start(this.socket);
        this.channel.writeInbound(Unpooled.copiedBuffer(new byte[] {1}));
        this.channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        this.channel.pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        assertThat(this.channel.isOpen()).isTrue();
        this.socket.takeEverything();
        this.channel.flush();
        assertThat(this.channel.isOpen()).isFalse();
        assertThat(closed("client")).isOne();
    }

    @Test
    void sendsBackNothingThatComesBehindTheEnd() {
        start(this.socket);
        this.channel.writeInbound(Unpooled.copiedBuffer(new byte[] {1}));
        this.channel.pipeline().fireUserEventTriggered(SslCloseCompletionEvent.SUCCESS);
        ByteBuf late = Unpooled.copiedBuffer(new byte[] {2});
        this.channel.writeInbound(late);
        assertThat(late.refCnt()).isZero();
    }

    @Test
    void sendsTheRestWhateverFailsBehindTheEnd() {
        start(this.socket);
        this.channel.writeInbound(Unpooled.copiedBuffer(new byte[] {1}));
        this.channel.pipeline().fireUserEventTriggered(SslCloseCompletionEvent.SUCCESS);
        this.channel.pipeline().fireExceptionCaught(new IOException("late"));
        assertThat(this.channel.isOpen()).isTrue();
        this.socket.takeEverything();
        this.channel.flush();
        this.channel.checkException();
        assertThat(this.channel.outboundMessages()).hasSize(2);
        assertThat(this.channel.isOpen()).isFalse();
    }

    @Test
    void closesWhenReadingFails() {
        start();
        this.channel.writeInbound(Unpooled.copiedBuffer(new byte[] {1}));
        this.channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));
        this.channel.checkException();
        assertThat(this.channel.isOpen()).isFalse();
        assertThat(closed("reset")).isOne();
    }

    @Test
    void readsOnWhenTheChannelIsWritableAgain() {
        startWithLowWaterMarks();
        this.channel.write(Unpooled.wrappedBuffer(new byte[20]));
        this.socket.takeEverything();
        this.channel.flush();
        assertThat(this.channel.isWritable()).isTrue();
        assertThat(this.channel.config().isAutoRead()).isTrue();
    }

    @Test
    void flushesAndThenStopsReadingWhileTheChannelIsNotWritable() {
        startWithLowWaterMarks();
        this.channel.write(Unpooled.wrappedBuffer(new byte[20]));
        assertThat(this.socket.flushes()).containsExactly("flush while reading");
        assertThat(this.channel.config().isAutoRead()).isFalse();
    }

    @Test
    void readsOnWhenTheFlushTakesAll() {
        this.socket.takeEverything();
        startWithLowWaterMarks();
        this.channel.write(Unpooled.wrappedBuffer(new byte[20]));
        assertThat(this.channel.config().isAutoRead()).isTrue();
    }

    /** Does what a TcpServer does when the operations of a connection begin and end. */
    private static final class ServerOfReactorNetty implements ConnectionObserver {

        @Override
        public void onStateChange(Connection connection, State state) {
            if (state == State.CONFIGURED) {
                Mono.fromDirect(new EchoHandler().apply(connection.inbound(), connection.outbound()))
                        .subscribe(connection.disposeSubscriber());
            } else if (state == State.DISCONNECTING && connection.channel().isActive()) {
                connection.dispose();
            }
        }
    }

    /** Stands for a handler that has not decided yet. */
    private static final class AdmissionThatWaits extends ChannelInboundHandlerAdapter {

        @Override
        public void channelActive(ChannelHandlerContext context) {}
    }
}
