package dev.tcpecho.tls;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import java.util.function.BooleanSupplier;

/**
 * Puts off what the TLS handler asks to read until more may be held. It asks by itself after a read without application
 * data, whether or not reading is stopped, and would do so without end while nothing can be read; and each time it
 * writes one more empty buffer.
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
