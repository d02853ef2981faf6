package dev.tcpecho.server;

import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.EchoProperties.Listener;
import dev.tcpecho.address.ClientAddress;
import dev.tcpecho.admission.AcceptFilter;
import dev.tcpecho.admission.Admission;
import dev.tcpecho.admission.ProxyHeader;
import dev.tcpecho.admission.RejectionLog;
import dev.tcpecho.channel.LingeringClose;
import dev.tcpecho.echo.Echo;
import dev.tcpecho.metrics.HandshakeMetrics;
import dev.tcpecho.metrics.ListenerMetrics;
import dev.tcpecho.tls.ListenerTls;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.group.ChannelGroup;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundles;
import reactor.netty.NettyPipeline;

/** What the connections of one listener pass before their echo, and what ends them while they go on. */
final class ListenerPipeline {

    private final Listener listener;

    private final Limits limits;

    private final Admission admission;

    private final RejectionLog rejections;

    private final ListenerMetrics metrics;

    private final @Nullable ListenerTls tls;

    ListenerPipeline(
            String name,
            Listener listener,
            Limits limits,
            Admission admission,
            SslBundles bundles,
            MeterRegistry registry) {
        this.listener = listener;
        this.limits = limits;
        this.admission = admission;
        this.metrics = new ListenerMetrics(registry, name);
        this.rejections = new RejectionLog(name, this.metrics);
        this.tls = listener.hasTls()
                ? new ListenerTls(
                        name,
                        listener.ssl(),
                        bundles,
                        this.rejections,
                        new HandshakeMetrics(registry, name),
                        this.metrics,
                        LingeringClose.LINGER)
                : null;
    }

    ListenerMetrics metrics() {
        return this.metrics;
    }

    /** Returns what admits connections before they get a pipeline. */
    ChannelHandler newAcceptFilter(ChannelGroup connections) {
        return new AcceptFilter(this.listener, this.admission, this.rejections, connections);
    }

    /**
     * Adds, from the socket inwards: PROXY protocol, close, TLS, and the echo, behind which only Reactor Netty's is.
     */
    void initialize(Channel channel) {
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addBefore(NettyPipeline.ReactiveBridge, Echo.NAME, new Echo(this.metrics, this.limits));
        if (this.tls != null) {
            pipeline.addFirst("echo.tls-handshake", this.tls.newHandshake());
        }
        pipeline.addFirst("echo.lingering-close", new LingeringClose());
        if (ProxyHeader.isPossible(this.listener, ClientAddress.peer(channel))) {
            pipeline.addFirst(
                    "echo.proxy-header",
                    new ProxyHeader(this.listener.proxyProtocol(), this.admission, this.rejections, this.metrics));
        }
    }
}
