package dev.tcpecho.server;

import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.EchoProperties.Listener;
import dev.tcpecho.address.ClientAddress;
import dev.tcpecho.admission.AcceptFilter;
import dev.tcpecho.admission.Admission;
import dev.tcpecho.admission.ProxyHeader;
import dev.tcpecho.admission.RejectionLog;
import dev.tcpecho.behaviour.ListenerBehaviours;
import dev.tcpecho.channel.BoundedReceiveBuffers;
import dev.tcpecho.channel.InboundSignals;
import dev.tcpecho.channel.LingeringClose;
import dev.tcpecho.echo.EchoOperations;
import dev.tcpecho.metrics.HandshakeMetrics;
import dev.tcpecho.metrics.ListenerMetrics;
import dev.tcpecho.tls.ListenerTls;
import dev.tcpecho.tls.TlsHandshake;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.group.ChannelGroup;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundles;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.NettyPipeline;
import reactor.netty.channel.ChannelOperations;

/** What the connections of one listener pass before their echo, and what ends them while they go on. */
final class ListenerPipeline {

    /** The records of one read may all wait in a behaviour, and 1,400 of one byte each hold less than 400 KiB. */
    private static final int MOST_TLS_READ = 32 * 1024;

    private final Listener listener;

    private final Limits limits;

    private final Admission admission;

    private final ListenerBehaviours behaviours;

    private final RejectionLog rejections;

    private final ListenerMetrics metrics;

    private final @Nullable ListenerTls tls;

    private final ChannelOperations.OnSetup newEcho = this::newEcho;

    ListenerPipeline(
            String name,
            Listener listener,
            Limits limits,
            Admission admission,
            ListenerBehaviours behaviours,
            SslBundles bundles,
            Duration expiryWarning,
            MeterRegistry registry) {
        this.listener = listener;
        this.limits = limits;
        this.admission = admission;
        this.behaviours = behaviours;
        this.metrics = new ListenerMetrics(registry, name);
        this.rejections = new RejectionLog(name, this.metrics);
        this.tls = listener.hasTls()
                ? new ListenerTls(
                        name,
                        listener.ssl(),
                        bundles,
                        new HandshakeMetrics(registry, name),
                        LingeringClose.LINGER,
                        expiryWarning)
                : null;
    }

    /** Returns what admits connections before they get a pipeline. */
    ChannelHandler newAcceptFilter(ChannelGroup connections) {
        return new AcceptFilter(
                this.listener, this.admission, this.rejections, this.metrics, connections, this.behaviours::refuses);
    }

    /** Adds, from the socket inwards: PROXY protocol, close, TLS, and the bridge to the echo's Flux. */
    void initialize(Channel channel, ConnectionObserver observer) {
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.remove(NettyPipeline.ReactiveBridge);
        pipeline.addLast(InboundSignals.NAME, InboundSignals.HANDLER);
        ChannelOperations.addReactiveBridge(channel, this.newEcho, observer);
        if (this.tls != null) {
            if (this.behaviours.isUsed()) {
                BoundedReceiveBuffers.limit(channel, MOST_TLS_READ);
            }
            pipeline.addFirst(
                    "echo.tls-handshake",
                    new TlsHandshake(
                            this.tls,
                            BoundedReceiveBuffers.heldBytes(channel)::readsOn,
                            this.behaviours.isUsed(),
                            this.rejections,
                            this.metrics));
        }
        pipeline.addFirst("echo.lingering-close", new LingeringClose());
        if (ProxyHeader.isPossible(this.listener, ClientAddress.peer(channel))) {
            pipeline.addFirst(
                    "echo.proxy-header",
                    new ProxyHeader(this.listener.proxyProtocol(), this.admission, this.rejections, this.metrics));
        }
    }

    /** Begins the echo of a connection, which has been admitted when it becomes active for Reactor Netty's bridge. */
    private EchoOperations newEcho(Connection connection, ConnectionObserver observer, @Nullable Object message) {
        return new EchoOperations(
                connection,
                observer,
                this.metrics,
                this.limits,
                BoundedReceiveBuffers.heldBytes(connection.channel()),
                this.behaviours);
    }
}
