package dev.tcpecho.channel;

import dev.tcpecho.echo.EchoOperations;
import dev.tcpecho.metrics.CloseReason;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Ends a connection of a service that stops once its client has been quiet for a while and is owed nothing. */
public final class DrainIdleHandler extends IdleStateHandler {

    private DrainIdleHandler(Duration quiet) {
        super(true, 0, 0, Math.max(1, quiet.toMillis()), TimeUnit.MILLISECONDS);
    }

    /**
     * Starts the watch, from now on.
     *
     * @param channel the connection
     * @param quiet how long its client has to be silent, 0 or more
     */
    public static void install(Channel channel, Duration quiet) {
        channel.eventLoop().execute(() -> {
            if (channel.isActive()) {
                channel.pipeline().addBefore(InboundSignals.NAME, "echo.drain-idle", new DrainIdleHandler(quiet));
            }
        });
    }

    @Override
    protected void channelIdle(ChannelHandlerContext context, IdleStateEvent event) {
        // While something is owed, the client may be about to take it, and then to send more.
        if (BoundedReceiveBuffers.heldBytes(context.channel()).isNone()) {
            EchoOperations.close(context.channel(), CloseReason.DRAIN);
        }
    }
}
