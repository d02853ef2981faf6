package dev.tcpecho.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TransportTests {

    private static final int KIB = 1024;

    private static Class<? extends ServerChannel> serverChannel(Transport transport) {
        return switch (transport) {
            case NIO -> NioServerSocketChannel.class;
            case EPOLL -> EpollServerSocketChannel.class;
            case IO_URING -> IoUringServerSocketChannel.class;
        };
    }

    /** Where a send buffer is small, an answer is written in many steps, between which the service waits for space. */
    @ParameterizedTest
    @EnumSource
    void anAnswerArrivesWholeAlthoughTheConnectionWaitedForNothingBefore(Transport transport) throws Exception {
        assumeThat(transport.unavailabilityCause()).isNull();
        byte[] answer = new byte[512 * KIB];
        new SplittableRandom().nextBytes(answer);
        EventLoopGroup eventLoops = transport.newEventLoopGroup(true);
        try {
            Channel listener = new ServerBootstrap()
                    .group(eventLoops)
                    .channel(serverChannel(transport))
                    .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .childOption(ChannelOption.SO_SNDBUF, 8 * KIB)
                    .childHandler(new LateAnswer(answer))
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .sync()
                    .channel();
            try (Socket client = new Socket()) {
                client.setReceiveBufferSize(8 * KIB);
                client.setSoTimeout(30_000);
                client.connect(new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), ((InetSocketAddress) listener.localAddress()).getPort()));
                client.getOutputStream().write(1);
                client.shutdownOutput();
                InputStream in = client.getInputStream();
                assertThat(Arrays.mismatch(in.readAllBytes(), answer)).isEqualTo(-1);
            }
            listener.close().sync();
        } finally {
            eventLoops.shutdownGracefully().sync();
        }
    }

    /** Writes an answer a while after the client has ended its stream. */
    @Sharable
    private static final class LateAnswer extends SimpleChannelInboundHandler<Object> {

        private final byte[] answer;

        LateAnswer(byte[] answer) {
            this.answer = answer;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, Object message) {}

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownReadComplete.INSTANCE) {
                context.executor()
                        .schedule(
                                () -> context.writeAndFlush(Unpooled.wrappedBuffer(this.answer))
                                        .addListener(ChannelFutureListener.CLOSE),
                                100,
                                TimeUnit.MILLISECONDS);
            }
        }
    }
}
