package dev.tcpecho.server;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Reads from a client only while it takes its echo: the channel's high-water mark bounds what is held for a client that
 * does not read.
 */
@Sharable
final class Backpressure extends ChannelInboundHandlerAdapter {

    static final Backpressure HANDLER = new Backpressure();

    private Backpressure() {}

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (!context.channel().isWritable()) {
            // Before reading stops, so that epoll always waits for one of both: Netty loses a descriptor that waits for
            // none. It may also make the channel writable at once, and then reading goes on.
            context.flush();
        }
        context.channel().config().setAutoRead(context.channel().isWritable());
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
        context.fireChannelReadComplete();
    }
}
