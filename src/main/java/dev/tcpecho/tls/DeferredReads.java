package dev.tcpecho.tls;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;

/**
 * Puts off what the TLS handler asks to read until the channel is writable. It asks by itself after a read without
 * application data, whether or not reading is stopped, and would do so without end while nothing can be read; and each
 * time it writes one more empty buffer.
 */
final class DeferredReads extends ChannelDuplexHandler {

    private boolean putOff;

    @Override
    public void read(ChannelHandlerContext context) {
        Channel channel = context.channel();
        boolean outputEnded = channel.unsafe().outboundBuffer() == null;
        if (channel.isWritable() || outputEnded) {
            context.read();
        } else {
            this.putOff = true;
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (this.putOff && context.channel().isWritable()) {
            this.putOff = false;
            context.read();
        }
        context.fireChannelWritabilityChanged();
    }
}
