package dev.tcpecho.server;

import dev.tcpecho.EchoProperties;
import dev.tcpecho.EchoProperties.Listener;
import dev.tcpecho.ListenerRules;
import dev.tcpecho.admission.Admission;
import dev.tcpecho.channel.LingeringClose;
import dev.tcpecho.echo.EchoOperations;
import dev.tcpecho.echo.OpenConnection;
import dev.tcpecho.transport.Transport;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.env.Environment;
import reactor.core.publisher.Mono;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;
import reactor.netty.tcp.TcpServer;

/**
 * {@link SmartLifecycle} that opens every configured listener or none, and on stop gives open connections time to end.
 * It has the default phase, and so stops before the management server: health and metrics answer until it is done.
 */
public final class EchoServer implements SmartLifecycle {

    private static final Log logger = LogFactory.getLog(EchoServer.class);

    /** How long event loops may take to close what they listen on. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    private final TcpServer tcpServer;

    private final Transport transport;

    private final EchoProperties properties;

    private final Environment environment;

    private final Map<String, ListenerPipeline> pipelines = new HashMap<>();

    private final ConnectionDrain drain;

    private volatile Map<String, DisposableServer> open = Map.of();

    EchoServer(
            TcpServer tcpServer,
            Transport transport,
            EchoProperties properties,
            SslBundles bundles,
            MeterRegistry registry,
            Environment environment) {
        ListenerRules.check(properties.listeners());
        this.tcpServer = tcpServer;
        this.transport = transport;
        this.properties = properties;
        this.environment = environment;
        this.drain = new ConnectionDrain(this.connections, properties.drain());
        Admission admission = new Admission(properties.limits());
        properties
                .listeners()
                .forEach((name, listener) -> this.pipelines.put(
                        name, new ListenerPipeline(name, listener, properties.limits(), admission, bundles, registry)));
    }

    /**
     * Opens every listener, and then lets all of them accept.
     *
     * @throws ListenerBindException if one cannot be opened; then none is open
     */
    @Override
    public void start() {
        Map<String, DisposableServer> open = new TreeMap<>();
        try {
            this.properties.listeners().forEach((name, listener) -> open.put(name, open(name, listener)));
        } catch (RuntimeException ex) {
            close(open);
            throw ex;
        }
        open.values().forEach(server -> accept(server.channel()));
        this.open = Collections.unmodifiableMap(open);
        logger.info("Echo started: %s; transport %s; management on port %s"
                .formatted(
                        addresses().entrySet().stream()
                                .map(entry -> entry.getKey() + " on " + NetUtil.toSocketAddressString(entry.getValue()))
                                .collect(Collectors.joining(", ")),
                        this.transport,
                        this.environment.getProperty("local.management.port", "none")));
        ProcessResources.current().shortages(this.properties).forEach(logger::warn);
    }

    private ListenerPipeline pipeline(String name) {
        return Objects.requireNonNull(this.pipelines.get(name));
    }

    /** Runs on the event loop that has just bound the channel, before it becomes active and accepts. */
    private void filter(Channel listening, ListenerPipeline pipeline) {
        listening.config().setAutoRead(false);
        listening.pipeline().addFirst("echo.accept-filter", pipeline.newAcceptFilter(this.connections));
    }

    private static void accept(Channel listening) {
        listening.eventLoop().execute(() -> listening.config().setAutoRead(true));
    }

    private DisposableServer open(String name, Listener listener) {
        try {
            InetSocketAddress address = BindAddress.resolve(listener.address(), listener.port());
            return this.tcpServer
                    .bindAddress(() -> address)
                    .option(ChannelOption.SO_BACKLOG, listener.backlog())
                    .option(this.transport.reusePort(), listener.reusePort())
                    .doOnChannelInit(
                            (observer, channel, remote) -> pipeline(name).initialize(channel, observer))
                    .doOnBound(server -> filter(server.channel(), pipeline(name)))
                    .bindNow();
        } catch (UnknownHostException | ChannelBindException ex) {
            throw new ListenerBindException(name, listener, ex);
        }
    }

    /**
     * Waits for the delay, closes the listeners, ends each connection once it is quiet, and at the timeout all of them.
     * Takes no longer than delay, timeout and {@link LingeringClose#LINGER} together, whatever clients do.
     */
    @Override
    public void stop() {
        this.drain.begin();
        close(this.open);
        this.open = Map.of();
        this.drain.end();
    }

    private static void close(Map<String, DisposableServer> servers) {
        servers.values().forEach(DisposableServer::dispose);
        Mono.when(servers.values().stream().map(DisposableServer::onDispose).toList())
                .timeout(CLOSE_TIMEOUT)
                // A stalled event loop must not keep the others from draining.
                .onErrorComplete()
                .block();
    }

    @Override
    public boolean isRunning() {
        return !this.open.isEmpty();
    }

    /**
     * Tells whether the service is stopping: from the begin of the delay to the end of the last connection.
     *
     * @return whether it is
     */
    public boolean isDraining() {
        return this.drain.isDraining();
    }

    /**
     * Tells for how long connections may go on.
     *
     * @return before a stop delay and timeout together, and while it drains what is left of them, 0 or more
     */
    public Duration drainRemaining() {
        return this.drain.remaining();
    }

    /**
     * Returns the connections that are open, those that are being admitted aside.
     *
     * @return a snapshot, in no order
     */
    public List<OpenConnection> connections() {
        return this.connections.stream()
                .map(EchoOperations::of)
                .flatMap(Optional::stream)
                .map(EchoOperations::describe)
                .toList();
    }

    /**
     * Returns where the open listeners listen.
     *
     * @return the bound address and port by the listener's name, in the order of the names; empty while stopped
     */
    public Map<String, InetSocketAddress> addresses() {
        Map<String, InetSocketAddress> addresses = new TreeMap<>();
        this.open.forEach((name, server) -> addresses.put(name, (InetSocketAddress) server.address()));
        return addresses;
    }
}
