package dev.tcpecho.server;

import dev.tcpecho.EchoProperties;
import dev.tcpecho.EchoProperties.Listener;
import dev.tcpecho.metrics.CloseReason;
import dev.tcpecho.metrics.ListenerMetrics;
import dev.tcpecho.transport.Transport;
import io.micrometer.core.instrument.MeterRegistry;
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
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.convert.DurationStyle;
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

    /** How long event loops may take over what does not wait for any client. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    private final TcpServer tcpServer;

    private final Transport transport;

    private final EchoProperties properties;

    private final Environment environment;

    private final Map<String, ListenerMetrics> metrics;

    private volatile Map<String, DisposableServer> open = Map.of();

    EchoServer(
            TcpServer tcpServer,
            Transport transport,
            EchoProperties properties,
            MeterRegistry registry,
            Environment environment) {
        requireDistinctPorts(properties.listeners());
        this.tcpServer = tcpServer.channelGroup(this.connections);
        this.transport = transport;
        this.properties = properties;
        this.environment = environment;
        this.metrics = properties.listeners().keySet().stream()
                .collect(Collectors.toMap(name -> name, name -> new ListenerMetrics(registry, name)));
    }

    /** Refuses what could only fail later, and less clearly; the kernel refuses what overlaps in other ways. */
    private static void requireDistinctPorts(Map<String, Listener> listeners) {
        Map<String, String> names = new HashMap<>();
        listeners.forEach((name, listener) -> {
            String other = names.putIfAbsent(listener.address() + " " + listener.port(), name);
            if (other != null && listener.port() != 0) {
                throw new DuplicatePortException(other, name, listener.port());
            }
        });
    }

    /**
     * Opens every listener.
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
        this.open = Collections.unmodifiableMap(open);
        logger.info("Echo started: %s; transport %s; management on port %s"
                .formatted(
                        addresses().entrySet().stream()
                                .map(entry -> entry.getKey() + " on " + NetUtil.toSocketAddressString(entry.getValue()))
                                .collect(Collectors.joining(", ")),
                        this.transport,
                        this.environment.getProperty("local.management.port", "none")));
    }

    private DisposableServer open(String name, Listener listener) {
        try {
            InetSocketAddress address = BindAddress.resolve(listener.address(), listener.port());
            return this.tcpServer
                    .bindAddress(() -> address)
                    .option(ChannelOption.SO_BACKLOG, listener.backlog())
                    .option(this.transport.reusePort(), listener.reusePort())
                    .attr(EchoHandler.METRICS, this.metrics.get(name))
                    .bindNow();
        } catch (UnknownHostException | ChannelBindException ex) {
            throw new ListenerBindException(name, listener, ex);
        }
    }

    /** Closes the listeners, waits for open connections to end, and closes those that have not in time. */
    @Override
    public void stop() {
        close(this.open);
        this.open = Map.of();
        Duration timeout = this.properties.drain().timeout();
        if (!this.connections.isEmpty()) {
            logger.info("Echo stopping: connections still open: %d; each may end by itself within %s"
                    .formatted(this.connections.size(), DurationStyle.SIMPLE.print(timeout)));
        }
        awaitEnd(timeout);
        int left = this.connections.size();
        this.connections.forEach(channel -> Echo.close(channel, CloseReason.DRAIN));
        awaitEnd(CLOSE_TIMEOUT);
        logger.info("Echo stopped: connections that were still open and had to be closed: %d".formatted(left));
    }

    private void awaitEnd(Duration timeout) {
        this.connections.newCloseFuture().awaitUninterruptibly(timeout.toMillis());
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
