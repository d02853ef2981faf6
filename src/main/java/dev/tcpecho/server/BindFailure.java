package dev.tcpecho.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Keeps what the kernel said to a bind that failed: Reactor Netty tells it of TCP, and not of UDP. */
final class BindFailure extends ChannelOutboundHandlerAdapter {

    private volatile @Nullable Throwable cause;

    @Override
    public void bind(ChannelHandlerContext context, SocketAddress address, ChannelPromise promise) {
        promise.addListener(bind -> this.cause = bind.cause());
        context.bind(address, promise);
    }

    @Nullable
    Throwable cause() {
        return this.cause;
    }
}
