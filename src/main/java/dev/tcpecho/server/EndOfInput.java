package dev.tcpecho.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;

/**
 * Tells the echo, after the last byte and in order with it, that the client has ended its stream. Reactor Netty does
 * not turn the end of a half-closed stream into completion, so a marker takes the way of the data. Nothing comes
 * through behind it.
 */
final class EndOfInput extends ChannelInboundHandlerAdapter {

    /** The message that is last in an inbound stream. */
    static final Object MARKER = new Object() {
        @Override
        public String toString() {
            return "EndOfInput";
        }
    };

    private boolean ended;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (this.ended) {
            ReferenceCountUtil.release(message);
        } else {
            context.fireChannelRead(message);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            end(context);
        } else if (event instanceof SslCloseCompletionEvent) {
            // Reactor Netty would close at once, whatever is owed.
            end(context);
            return;
        }
        context.fireUserEventTriggered(event);
    }

    private void end(ChannelHandlerContext context) {
        if (!this.ended) {
            this.ended = true;
            context.fireChannelRead(MARKER);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (this.ended) {
            // Reactor Netty would log it, with all that a client sent behind its end.
            Echo.failed(context.channel(), cause);
        } else {
            context.fireExceptionCaught(cause);
        }
    }
}
