package dev.tcpecho.tls;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import java.util.function.BooleanSupplier;

/**
 * Puts off what the TLS handler asks to read until more may be held. The handler asks by itself, whether or not reading
 * is stopped. Without this class, a client that takes nothing could make it hold more than the bound.
 */
final class DeferredReads extends ChannelDuplexHandler {

    private final BooleanSupplier mayRead;

    private boolean putOff;

    DeferredReads(BooleanSupplier mayRead) {
        this.mayRead = mayRead;
    }

    @Override
    public void read(ChannelHandlerContext context) {
        if (this.mayRead.getAsBoolean()) {
            context.read();
        } else {
            this.putOff = true;
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (this.putOff && this.mayRead.getAsBoolean()) {
            this.putOff = false;
            context.read();
        }
        context.fireChannelWritabilityChanged();
    }
}
