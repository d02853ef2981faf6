package dev.tcpecho.server;

import dev.tcpecho.metrics.CloseReason;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Closes a connection on which no byte has passed in either direction for a while; a slow reader is not idle. */
final class IdleClose extends IdleStateHandler {

    IdleClose(Duration timeout) {
        super(true, 0, 0, timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Hands it on as it is: {@link Echo} resets the timeout when it is done, with no second listener for each write.
     */
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        context.write(message, promise);
    }

    @Override
    protected void channelIdle(ChannelHandlerContext context, IdleStateEvent event) {
        Echo.close(context.channel(), CloseReason.IDLE);
    }
}
