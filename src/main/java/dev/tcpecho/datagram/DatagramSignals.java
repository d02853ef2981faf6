package dev.tcpecho.datagram;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Sends what was written when a read is over, and reads on only while the kernel takes what is sent: meanwhile the
 * kernel keeps what arrives, as far as its buffer goes.
 */
@Sharable
public final class DatagramSignals extends ChannelInboundHandlerAdapter {

    /** One for all sockets, as it keeps nothing. */
    public static final DatagramSignals HANDLER = new DatagramSignals();

    private static final Log logger = LogFactory.getLog(DatagramSignals.class);

    private DatagramSignals() {}

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        context.channel().config().setAutoRead(context.channel().isWritable());
    }

    /** A read that failed, as for a lack of memory, is tried again a second later. The Flux would end at it. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Channel socket = context.channel();
        logger.warn("Echo cannot read datagrams on %s for now, and tries again: %s"
                .formatted(socket.localAddress(), cause.getMessage()));
        socket.config().setAutoRead(false);
        context.executor().schedule(() -> socket.config().setAutoRead(socket.isWritable()), 1, TimeUnit.SECONDS);
    }
}
