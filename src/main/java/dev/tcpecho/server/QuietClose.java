package dev.tcpecho.server;

import dev.tcpecho.metrics.CloseReason;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Ends a connection of a service that stops once its client has been quiet for a while and is owed nothing. */
final class QuietClose extends IdleStateHandler {

    private QuietClose(Duration quiet) {
        super(true, 0, 0, Math.max(1, quiet.toMillis()), TimeUnit.MILLISECONDS);
    }

    /** Starts the watch, from now on. */
    static void install(Channel channel, Duration quiet) {
        channel.eventLoop().execute(() -> {
            if (channel.isActive()) {
                channel.pipeline().addBefore(Echo.NAME, "echo.quiet", new QuietClose(quiet));
            }
        });
    }

    @Override
    protected void channelIdle(ChannelHandlerContext context, IdleStateEvent event) {
        ChannelOutboundBuffer owed = context.channel().unsafe().outboundBuffer();
        // While something is owed, the client may be about to take it, and then to send more.
        if (owed != null && owed.isEmpty()) {
            Echo.close(context.channel(), CloseReason.DRAIN);
        }
    }
}
