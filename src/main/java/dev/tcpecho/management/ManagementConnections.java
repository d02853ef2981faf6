package dev.tcpecho.management;

import dev.tcpecho.admission.AcceptFailureLog;
import dev.tcpecho.server.ProcessResources;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@link ChannelHandler} on the channels that listen for management connections. It bounds their number without
 * refusing anyone: a new connection closes the one that has been without a request or an answer for longest. One that
 * waits for an answer is closed last. A health check so gets its answer, whoever else opens connections.
 */
@Sharable
final class ManagementConnections extends ChannelInboundHandlerAdapter {

    /** Those without a request, the least recent first. */
    private final Set<Channel> waiting = new LinkedHashSet<>();

    /** Those with a whole request and no answer yet, the least recent first. */
    private final Set<Channel> answering = new LinkedHashSet<>();

    private final ManagementRefusals refusals;

    private final AcceptFailureLog acceptFailures = new AcceptFailureLog("The management port");

    ManagementConnections(ManagementRefusals refusals) {
        this.refusals = refusals;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Channel accepted = (Channel) message;
        closeSurplus(ProcessResources.MANAGEMENT_CONNECTIONS - 1);
        add(accepted);
        accepted.closeFuture().addListener(close -> remove(accepted));
        context.fireChannelRead(accepted);
    }

    /** Notes that a connection has an event loop, and so can be closed if there are too many. */
    void registered() {
        closeSurplus(ProcessResources.MANAGEMENT_CONNECTIONS);
    }

    private void closeSurplus(int most) {
        for (Channel channel : takeSurplus(most)) {
            this.refusals.add(ManagementRefusal.LIMIT, channel);
            channel.eventLoop().execute(channel::close);
        }
    }

    private synchronized List<Channel> takeSurplus(int most) {
        List<Channel> surplus = new ArrayList<>();
        while (this.waiting.size() + this.answering.size() > most) {
            Channel stalest = takeRegistered(this.waiting);
            if (stalest == null) {
                stalest = takeRegistered(this.answering);
            }
            if (stalest == null) {
                break;
            }
            surplus.add(stalest);
        }
        return surplus;
    }

    private synchronized void add(Channel accepted) {
        this.waiting.add(accepted);
    }

    /** A connection that has just been accepted may be with no event loop yet, and only one that is can be closed. */
    private static @Nullable Channel takeRegistered(Set<Channel> leastRecentFirst) {
        for (Iterator<Channel> channels = leastRecentFirst.iterator(); channels.hasNext(); ) {
            Channel channel = channels.next();
            if (channel.isRegistered()) {
                channels.remove();
                return channel;
            }
        }
        return null;
    }

    private synchronized boolean remove(Channel channel) {
        return this.waiting.remove(channel) || this.answering.remove(channel);
    }

    /** Notes that a connection has just brought a whole request. */
    synchronized void requested(Channel channel) {
        if (remove(channel)) {
            this.answering.add(channel);
        }
    }

    /** Notes that a connection has just taken its last answer. */
    synchronized void answered(Channel channel) {
        if (remove(channel)) {
            this.waiting.add(channel);
        }
    }

    /** The acceptor behind this pauses for a second and then tries again. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        this.refusals.acceptFailed();
        this.acceptFailures.add(cause);
        context.fireExceptionCaught(cause);
    }
}
