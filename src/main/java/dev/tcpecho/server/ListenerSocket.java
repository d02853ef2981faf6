package dev.tcpecho.server;

import dev.tcpecho.EchoProperties.Listener;
import dev.tcpecho.behaviour.ListenerBehaviours;
import dev.tcpecho.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;
import reactor.netty.tcp.TcpServer;

/** The socket on which one listener accepts connections. A behaviour may close its port for a while. */
final class ListenerSocket implements EchoListener {

    private static final Log logger = LogFactory.getLog(ListenerSocket.class);

    private final String name;

    private final Listener listener;

    private final TcpServer tcpServer;

    private final ListenerPipeline pipeline;

    private final ListenerBehaviours behaviours;

    private final ChannelGroup connections;

    private @Nullable DisposableServer bound;

    private volatile @Nullable InetSocketAddress address;

    private volatile boolean unopened;

    private boolean retrySet;

    ListenerSocket(
            String name,
            Listener listener,
            TcpServer tcpServer,
            Transport transport,
            ListenerPipeline pipeline,
            ListenerBehaviours behaviours,
            ChannelGroup connections) {
        this.name = name;
        this.listener = listener;
        this.tcpServer = tcpServer
                .option(ChannelOption.SO_BACKLOG, listener.backlog())
                .option(transport.reusePort(), listener.reusePort())
                .doOnChannelInit((observer, channel, remote) -> pipeline.initialize(channel, observer))
                .doOnBound(server -> filter(server.channel()));
        this.pipeline = pipeline;
        this.behaviours = behaviours;
        this.connections = connections;
        behaviours.afterSwitch(this::followBehaviours);
    }

    /** Runs on the event loop that has just bound the channel, before it becomes active and accepts. */
    private void filter(Channel listening) {
        listening.config().setAutoRead(false);
        listening.pipeline().addFirst("echo.accept-filter", this.pipeline.newAcceptFilter(this.connections));
    }

    @Override
    public synchronized void open(Map<String, InetSocketAddress> others) {
        InetSocketAddress wanted;
        try {
            wanted = BindAddress.resolve(this.listener.address(), this.listener.port());
        } catch (UnknownHostException ex) {
            throw new ListenerBindException(this.name, this.listener, null, ex);
        }
        try {
            bind(wanted);
        } catch (ChannelBindException ex) {
            throw new ListenerBindException(this.name, this.listener, overlapping(wanted, others), ex);
        }
    }

    private static @Nullable String overlapping(InetSocketAddress wanted, Map<String, InetSocketAddress> others) {
        return others.entrySet().stream()
                .filter(other -> BindAddress.overlap(wanted, other.getValue()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    private DisposableServer bind(InetSocketAddress wanted) {
        DisposableServer server = this.tcpServer.bindAddress(() -> wanted).bindNow();
        this.bound = server;
        this.address = (InetSocketAddress) server.address();
        return server;
    }

    /** Accepts, unless a behaviour closes the port. */
    @Override
    public synchronized void accept() {
        if (this.bound != null) {
            read(this.bound.channel());
        }
        followBehaviours();
    }

    private static void read(Channel listening) {
        listening.eventLoop().execute(() -> listening.config().setAutoRead(true));
    }

    /** Closes the port, or opens it again, as the behaviours in force ask for it. Waits for no client. */
    private synchronized void followBehaviours() {
        InetSocketAddress open = this.address;
        if (open == null) {
            return;
        }
        if (this.behaviours.closesPort()) {
            this.unopened = false;
            closePort().block();
        } else if (this.bound == null) {
            reopenPort(open);
        }
    }

    private void reopenPort(InetSocketAddress open) {
        try {
            read(bind(open).channel());
            if (this.unopened) {
                this.unopened = false;
                logger.info("Echo has opened port %s of %s again".formatted(open.getPort(), this.name));
            }
        } catch (RuntimeException ex) {
            if (!this.unopened) {
                this.unopened = true;
                logger.error("Echo cannot open port %s of %s again, and tries every second: %s"
                        .formatted(
                                open.getPort(),
                                this.name,
                                NestedExceptionUtils.getMostSpecificCause(ex).getMessage()));
            }
            retryLater();
        }
    }

    /** A timer is never cancelled: that would interrupt a bind, and its socket would be nobody's. */
    private void retryLater() {
        if (!this.retrySet) {
            this.retrySet = true;
            Schedulers.boundedElastic().schedule(this::retry, 1, TimeUnit.SECONDS);
        }
    }

    private synchronized void retry() {
        this.retrySet = false;
        followBehaviours();
    }

    @Override
    public boolean isUnopened() {
        return this.unopened;
    }

    @Override
    public synchronized Mono<Void> close() {
        this.address = null;
        this.unopened = false;
        return closePort();
    }

    private Mono<Void> closePort() {
        if (this.bound == null) {
            return Mono.empty();
        }
        DisposableServer closing = this.bound;
        this.bound = null;
        closing.dispose();
        return closing.onDispose();
    }

    /** Returns where the listener listens, even while a behaviour closes its port; empty if it is not open. */
    @Override
    public Optional<InetSocketAddress> address() {
        return Optional.ofNullable(this.address);
    }
}
