package dev.tcpecho.testing;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import java.util.ArrayList;
import java.util.List;

/** Stands for a socket whose send buffer is full until it is said to take something. */
public final class SocketThatTakesNothing extends ChannelOutboundHandlerAdapter {

    private final List<String> flushes = new ArrayList<>();

    private boolean full = true;

    /** Takes all that is flushed from now on. */
    public void takeEverything() {
        this.full = false;
    }

    /** Returns each flush, and whether the channel was reading then. */
    public List<String> flushes() {
        return this.flushes;
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        this.flushes.add(context.channel().config().isAutoRead() ? "flush while reading" : "flush");
        if (!this.full) {
            context.flush();
        }
    }
}
