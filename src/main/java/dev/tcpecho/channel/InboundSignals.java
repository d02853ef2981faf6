package dev.tcpecho.channel;

import dev.tcpecho.echo.EchoOperations;
import dev.tcpecho.echo.MemoryShortage;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.util.Optional;

/**
 * Turns events of a channel into signals of its inbound Flux, right before Reactor Netty's bridge. The end of the
 * client's stream completes the Flux. The end of a read flushes what the Flux has written until then.
 */
@Sharable
public final class InboundSignals extends ChannelInboundHandlerAdapter {

    /** Its name in a pipeline. */
    public static final String NAME = "echo.inbound-signals";

    /** One for all connections, as it keeps nothing. */
    public static final InboundSignals HANDLER = new InboundSignals();

    private InboundSignals() {}

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        // Before the echo begins too: io_uring may tell of a reset right behind what it read only when something is
        // written.
        context.flush();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        // Reactor Netty ignores the first, and closes at the second, whatever is owed.
        if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
            EchoOperations.of(context.channel()).ifPresent(EchoOperations::endInput);
        }
    }

    /**
     * What comes behind the client's end is no reason to keep the rest from it. Reactor Netty would log a lack of
     * memory for each connection, and end the stream as if it were whole.
     */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Optional<EchoOperations> echo = EchoOperations.of(context.channel());
        if (MemoryShortage.isCauseOf(cause)) {
            echo.ifPresentOrElse(operations -> operations.failed(cause), () -> EchoOperations.reset(context.channel()));
        } else if (echo.filter(EchoOperations::isInputEnded).isPresent()) {
            echo.get().failed(cause);
        } else {
            context.fireExceptionCaught(cause);
        }
    }
}
