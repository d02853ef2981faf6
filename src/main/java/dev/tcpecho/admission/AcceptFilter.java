package dev.tcpecho.admission;

import dev.tcpecho.EchoProperties.Listener;
import dev.tcpecho.EchoProperties.ProxyProtocol;
import dev.tcpecho.address.ClientAddress;
import dev.tcpecho.metrics.ListenerMetrics;
import dev.tcpecho.metrics.RejectReason;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import java.net.InetAddress;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Stands on a listening channel, before an accepted one gets an event loop and a pipeline: whoever is not admitted is
 * reset here, and whoever is becomes a member of the group of open connections.
 */
public final class AcceptFilter extends ChannelInboundHandlerAdapter {

    /** One for all listeners. */
    private static final AcceptFailureLog failures = new AcceptFailureLog("Echo");

    private final Listener listener;

    private final Admission admission;

    private final RejectionLog rejections;

    private final ListenerMetrics metrics;

    private final ChannelGroup connections;

    private final Predicate<Channel> refusal;

    /**
     * Filters one listener.
     *
     * @param listener its configuration
     * @param admission who may connect
     * @param rejections what counts the others
     * @param metrics what counts failures to accept
     * @param connections where those are added who are admitted
     * @param refusal tells whether a connection is refused whoever it comes from
     */
    public AcceptFilter(
            Listener listener,
            Admission admission,
            RejectionLog rejections,
            ListenerMetrics metrics,
            ChannelGroup connections,
            Predicate<Channel> refusal) {
        this.listener = listener;
        this.admission = admission;
        this.rejections = rejections;
        this.metrics = metrics;
        this.connections = connections;
        this.refusal = refusal;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Channel accepted = (Channel) message;
        InetAddress peer = ClientAddress.peer(accepted);
        RejectReason reason = admit(accepted, peer);
        if (reason == null) {
            this.connections.add(accepted);
            context.fireChannelRead(accepted);
        } else {
            this.rejections.add(reason, peer, context.executor());
            reset(accepted);
        }
    }

    private @Nullable RejectReason admit(Channel accepted, InetAddress peer) {
        if (this.refusal.test(accepted)) {
            return RejectReason.BEHAVIOUR;
        }
        if (this.listener.isUnix() || ProxyHeader.isPossible(this.listener, peer)) {
            return this.admission.admitWithoutAddress(accepted);
        }
        return (this.listener.proxyProtocol() == ProxyProtocol.REQUIRED)
                ? RejectReason.PROXY_PROTOCOL_UNTRUSTED
                : this.admission.admit(accepted, peer);
    }

    /**
     * A reset leaves nothing behind in the kernel. The channel is with no event loop yet, and only its unsafe closes.
     */
    private static void reset(Channel accepted) {
        accepted.config().setOption(ChannelOption.SO_LINGER, 0);
        accepted.unsafe().closeForcibly();
    }

    /** The acceptor behind this pauses for a second and then tries again. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        this.metrics.acceptFailed();
        failures.add(cause);
        context.fireExceptionCaught(cause);
    }
}
