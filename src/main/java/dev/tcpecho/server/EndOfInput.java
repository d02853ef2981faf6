package dev.tcpecho.server;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;

/**
 * Tells the echo, after the last byte and in order with it, that the client has ended its stream. Reactor Netty does
 * not turn the end of a half-closed stream into completion, so a marker takes the way of the data.
 */
@Sharable
final class EndOfInput extends ChannelInboundHandlerAdapter {

    static final EndOfInput HANDLER = new EndOfInput();

    /** The message that is last in an inbound stream. */
    static final Object MARKER = new Object() {
        @Override
        public String toString() {
            return "EndOfInput";
        }
    };

    private EndOfInput() {}

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            context.fireChannelRead(MARKER);
        } else if (event instanceof SslCloseCompletionEvent) {
            // Reactor Netty would close at once, whatever is owed.
            context.fireChannelRead(MARKER);
            return;
        }
        context.fireUserEventTriggered(event);
    }
}
