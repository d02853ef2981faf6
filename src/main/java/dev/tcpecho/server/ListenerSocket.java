package dev.tcpecho.server;

import dev.tcpecho.EchoProperties.Listener;
import dev.tcpecho.behaviour.ListenerBehaviours;
import dev.tcpecho.transport.Transport;
import dev.tcpecho.unix.UnixSocket;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Objects;
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

/** The socket on which one listener accepts connections. A behaviour may close it for a while. */
final class ListenerSocket implements EchoListener {

    private static final Log logger = LogFactory.getLog(ListenerSocket.class);

    private final String name;

    private final Listener listener;

    private final TcpServer tcpServer;

    private final ListenerPipeline pipeline;

    private final ListenerBehaviours behaviours;

    private final ChannelGroup connections;

    private @Nullable DisposableServer bound;

    private final @Nullable UnixSocket unixSocket;

    private volatile @Nullable InetSocketAddress address;

    private volatile boolean open;

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
        this.unixSocket = listener.isUnix() ? new UnixSocket(name, listener, transport) : null;
        TcpServer server = listener.isUnix()
                ? UnixSocket.optionsOf(tcpServer)
                : tcpServer.option(transport.reusePort(), listener.reusePort());
        this.tcpServer = server.option(ChannelOption.SO_BACKLOG, listener.backlog())
                .doOnChannelInit((observer, channel, remote) -> pipeline.initialize(channel, observer))
                .doOnBound(bound -> filter(bound.channel()));
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
        if (this.unixSocket != null) {
            this.bound = this.unixSocket.open(this::bindNow);
        } else {
            openPort(others);
        }
        this.open = true;
    }

    private void openPort(Map<String, InetSocketAddress> others) {
        InetSocketAddress wanted;
        try {
            wanted = BindAddress.resolve(this.listener.address(), this.listener.port());
        } catch (UnknownHostException ex) {
            throw new ListenerBindException(this.name, this.listener, null, ex);
        }
        try {
            bind(wanted);
        } catch (ChannelBindException ex) {
            throw new ListenerBindException(this.name, this.listener, BindAddress.overlapping(wanted, others), ex);
        }
    }

    private void bind(InetSocketAddress wanted) {
        DisposableServer server = bindNow(wanted);
        this.bound = server;
        this.address = (InetSocketAddress) server.address();
    }

    private DisposableServer bindNow(SocketAddress wanted) {
        return this.tcpServer.bindAddress(() -> wanted).bindNow();
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

    /** Closes the socket, or opens it again, as the behaviours in force ask for it. Waits for no client. */
    private synchronized void followBehaviours() {
        if (!this.open) {
            return;
        }
        if (this.behaviours.closesPort()) {
            this.unopened = false;
            closeSocket().block();
        } else if (this.bound == null) {
            reopen();
        }
    }

    private void reopen() {
        try {
            if (this.unixSocket != null) {
                this.bound = this.unixSocket.open(this::bindNow);
            } else {
                bind(Objects.requireNonNull(this.address));
            }
            read(Objects.requireNonNull(this.bound).channel());
            if (this.unopened) {
                this.unopened = false;
                logger.info("Echo has opened %s of %s again".formatted(place(), this.name));
            }
        } catch (RuntimeException ex) {
            if (!this.unopened) {
                this.unopened = true;
                logger.error("Echo cannot open %s of %s again, and tries every second: %s"
                        .formatted(
                                place(),
                                this.name,
                                NestedExceptionUtils.getMostSpecificCause(ex).getMessage()));
            }
            retryLater();
        }
    }

    private String place() {
        InetSocketAddress address = this.address;
        return (address == null) ? this.listener.path() : "port " + address.getPort();
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
        this.open = false;
        this.unopened = false;
        return closeSocket();
    }

    private Mono<Void> closeSocket() {
        if (this.bound == null) {
            return Mono.empty();
        }
        DisposableServer closing = this.bound;
        this.bound = null;
        if (this.unixSocket != null) {
            this.unixSocket.remove();
        }
        closing.dispose();
        return closing.onDispose();
    }

    /** Returns where the listener listens, even while a behaviour closes its port; empty if it is not open. */
    @Override
    public Optional<InetSocketAddress> address() {
        return this.open ? Optional.ofNullable(this.address) : Optional.empty();
    }

    /** Returns the path of its Unix socket, even while a behaviour closes it; empty if it is not open or has none. */
    @Override
    public Optional<String> path() {
        return (this.open && this.listener.isUnix()) ? Optional.of(this.listener.path()) : Optional.empty();
    }
}
