package dev.tcpecho.channel;

import dev.tcpecho.echo.EchoEvent;
import dev.tcpecho.transport.PendingInput;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection in steps: sends the rest and the end of our stream, then reads on, for nothing, until the
 * client's end or for a while. The kernel resets a connection that is closed with something unread, and the reset can
 * destroy what is on its way to the client.
 */
public final class LingeringClose extends ChannelDuplexHandler {

    /** How long a client may take over the rest and its side of the end. */
    public static final Duration LINGER = Duration.ofSeconds(2);

    private boolean inputEnded;

    private boolean closing;

    private boolean reset;

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        if (!context.channel().isActive() || this.reset) {
            context.close(promise);
            return;
        }
        context.channel().closeFuture().addListener(close -> promise.trySuccess());
        if (!this.closing) {
            this.closing = true;
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(rest -> endOutput(context));
            if (context.channel().isOpen()) {
                limit(context);
            }
        }
    }

    private void endOutput(ChannelHandlerContext context) {
        if (this.inputEnded) {
            context.close();
        } else {
            context.channel().config().setAutoRead(true);
            ((DuplexChannel) context.channel()).shutdownOutput();
        }
    }

    private static void limit(ChannelHandlerContext context) {
        Future<?> linger = context.executor()
                .schedule(
                        () -> PendingInput.readBefore(context.executor(), context::close),
                        LINGER.toMillis(),
                        TimeUnit.MILLISECONDS);
        context.channel().closeFuture().addListener(close -> linger.cancel(false));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (this.closing) {
            ReferenceCountUtil.release(message);
        } else {
            context.fireChannelRead(message);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == EchoEvent.RESET) {
            this.reset = true;
            return;
        }
        if (event instanceof ChannelInputShutdownEvent) {
            this.inputEnded = true;
            if (((DuplexChannel) context.channel()).isOutputShutdown()) {
                context.close();
                return;
            }
        }
        context.fireUserEventTriggered(event);
    }
}
