package dev.tcpecho.server;

import dev.tcpecho.metrics.CloseReason;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Closes a connection at an age, whatever it is doing. */
final class Lifetime extends ChannelInboundHandlerAdapter {

    private final Duration lifetime;

    Lifetime(Duration lifetime) {
        this.lifetime = lifetime;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        Future<?> end = context.executor()
                .schedule(
                        () -> Echo.close(context.channel(), CloseReason.LIFETIME),
                        this.lifetime.toMillis(),
                        TimeUnit.MILLISECONDS);
        context.channel().closeFuture().addListener(close -> end.cancel(false));
        context.fireChannelActive();
    }
}
