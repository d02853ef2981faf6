package dev.tcpecho.probe.exporter;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * {@link ChannelHandler} that bounds connections in number and time. A new connection closes the oldest, so that a
 * scrape gets its answer whoever else connects. All channels have the same event loop.
 */
@Sharable
final class ScrapeConnections extends ChannelInboundHandlerAdapter {

    private final int most;

    private final Duration longest;

    private final Deque<Channel> open = new ArrayDeque<>();

    /**
     * Starts without connections.
     *
     * @param most how many may be open
     * @param longest how long each may be open, for its request and its answer
     */
    ScrapeConnections(int most, Duration longest) {
        this.most = most;
        this.longest = longest;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        Channel channel = context.channel();
        while (this.open.size() >= this.most) {
            this.open.remove().close();
        }
        this.open.add(channel);
        var deadline = context.executor().schedule(() -> channel.close(), this.longest.toNanos(), TimeUnit.NANOSECONDS);
        channel.closeFuture().addListener(closed -> {
            deadline.cancel(false);
            this.open.remove(channel);
        });
        context.fireChannelActive();
    }
}
