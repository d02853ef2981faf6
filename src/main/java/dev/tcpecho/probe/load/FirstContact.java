package dev.tcpecho.probe.load;

import dev.tcpecho.probe.client.LikelyCause;
import dev.tcpecho.probe.client.SentProxyHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Promise;
import org.jspecify.annotations.Nullable;

/**
 * Sends the PROXY header before all else, tells when others may send, and keeps the first bytes of the service until
 * the connection is open.
 */
final class FirstContact extends ChannelInboundHandlerAdapter {

    private final @Nullable SentProxyHeader header;

    private final Promise<Void> headerSent;

    private byte[] firstBytes = {};

    FirstContact(@Nullable SentProxyHeader header, Promise<Void> headerSent) {
        this.header = header;
        this.headerSent = headerSent;
    }

    /** Returns the first bytes that were read, before TLS has made anything of them. */
    byte[] firstBytes() {
        return this.firstBytes;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (this.header != null) {
            byte[] bytes = this.header.bytes(
                    context.channel().localAddress(), context.channel().remoteAddress());
            context.writeAndFlush(Unpooled.wrappedBuffer(bytes));
        }
        this.headerSent.setSuccess(null);
        context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (this.firstBytes.length == 0 && message instanceof ByteBuf received) {
            int length = Math.min(received.readableBytes(), LikelyCause.FIRST_BYTES);
            this.firstBytes = ByteBufUtil.getBytes(received, received.readerIndex(), length);
        }
        context.fireChannelRead(message);
    }
}
