package dev.tcpecho.server;

import dev.tcpecho.metrics.CloseReason;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Closes a connection on which no byte has passed in either direction for a while; a slow reader is not idle. */
final class IdleClose extends IdleStateHandler {

    IdleClose(Duration timeout) {
        super(true, 0, 0, timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    protected void channelIdle(ChannelHandlerContext context, IdleStateEvent event) {
        Echo.close(context.channel(), CloseReason.IDLE);
    }
}
