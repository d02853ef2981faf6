package dev.tcpecho.channel;

import dev.tcpecho.echo.EchoOperations;
import dev.tcpecho.transport.PendingInput;
import dev.tcpecho.transport.TcpInfo;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Ends a connection of a service that stops once its client has been quiet for a while and is owed nothing. */
public final class DrainIdleHandler extends IdleStateHandler {

    /** Each look costs some rounds of the event loop. */
    private static final long LEAST_MILLIS = 50;

    private int reads;

    private DrainIdleHandler(Duration quiet) {
        super(true, 0, 0, Math.max(LEAST_MILLIS, quiet.toMillis()), TimeUnit.MILLISECONDS);
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
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        this.reads++;
        super.channelRead(context, message);
    }

    @Override
    protected void channelIdle(ChannelHandlerContext context, IdleStateEvent event) {
        int readsBefore = this.reads;
        PendingInput.readBefore(context.executor(), () -> {
            if (this.reads == readsBefore && isOwedNothing(context.channel())) {
                EchoOperations.drain(context.channel());
            }
        });
    }

    /** While something is owed, the client may be about to take it, and then to send more. */
    private static boolean isOwedNothing(Channel channel) {
        return BoundedReceiveBuffers.heldBytes(channel).isNone()
                && TcpInfo.of(channel).map(TcpInfo::allAcknowledged).orElse(true);
    }
}
