package dev.tcpecho.server;

import dev.tcpecho.EchoProperties;
import dev.tcpecho.EchoProperties.Protocol;
import dev.tcpecho.admission.Admission;
import dev.tcpecho.behaviour.ListenerBehaviours;
import dev.tcpecho.channel.LingeringClose;
import dev.tcpecho.echo.EchoOperations;
import dev.tcpecho.echo.OpenConnection;
import dev.tcpecho.transport.Transport;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.env.Environment;
import reactor.core.publisher.Mono;
import reactor.netty.tcp.TcpServer;
import reactor.netty.udp.UdpServer;

/**
 * {@link SmartLifecycle} that opens every configured listener or none, and on stop gives open connections time to end.
 * It has the default phase, and so stops before the management server: health and metrics answer until it is done.
 */
public final class EchoServer implements SmartLifecycle {

    private static final Log logger = LogFactory.getLog(EchoServer.class);

    /** How long event loops may take to close what they listen on. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    /** More would not be read in one line, and container runtimes split a long one. */
    private static final int LISTENERS_IN_A_LINE = 10;

    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    private final Transport transport;

    private final EchoProperties properties;

    private final Environment environment;

    private final Map<String, EchoListener> listeners = new TreeMap<>();

    private final Map<String, ListenerBehaviours> behaviours;

    private final Admission admission;

    private final ConnectionDrain drain;

    EchoServer(
            TcpServer tcpServer,
            UdpServer udpServer,
            EventLoopGroup eventLoops,
            Transport transport,
            EchoProperties properties,
            Map<String, ListenerBehaviours> behaviours,
            SslBundles bundles,
            MeterRegistry registry,
            Environment environment) {
        this.transport = transport;
        this.properties = properties;
        this.behaviours = behaviours;
        this.environment = environment;
        this.drain = new ConnectionDrain(this.connections, properties.drain());
        this.admission = new Admission(properties.limits());
        DatagramListeners datagrams =
                new DatagramListeners(udpServer, eventLoops, transport, properties.limits(), registry);
        properties.listeners().forEach((name, listener) -> {
            ListenerBehaviours shaping = Objects.requireNonNull(behaviours.get(name));
            if (listener.isUdp()) {
                this.listeners.put(name, datagrams.newListener(name, listener, shaping));
                return;
            }
            ListenerPipeline pipeline = new ListenerPipeline(
                    name,
                    listener,
                    properties.limits(),
                    this.admission,
                    shaping,
                    bundles,
                    expiryWarning(environment),
                    registry);
            this.listeners.put(
                    name,
                    new ListenerSocket(name, listener, tcpServer, transport, pipeline, shaping, this.connections));
        });
    }

    /** The time before the end of a certificate from which on health tells of it, too. */
    private static Duration expiryWarning(Environment environment) {
        return Binder.get(environment)
                .bind("management.health.ssl.certificate-validity-warning-threshold", Duration.class)
                .orElse(Duration.ofDays(14));
    }

    /**
     * Opens every listener, and then lets all of them accept.
     *
     * @throws ListenerBindException if one cannot be opened; then none is open
     */
    @Override
    public void start() {
        try {
            this.listeners.forEach((name, listener) -> listener.open(addressesOfProtocol(name)));
        } catch (RuntimeException ex) {
            closeListeners();
            throw ex;
        }
        ProcessResources resources = ProcessResources.current();
        this.admission.limitConnections(resources.connections(this.properties));
        this.listeners.values().forEach(EchoListener::accept);
        logStart(resources.reasonForFewer(this.properties));
        this.behaviours.values().forEach(ListenerBehaviours::start);
        resources.shortages(this.properties).forEach(logger::warn);
    }

    /** Returns where the open listeners listen that echo what the named one echoes. */
    private Map<String, InetSocketAddress> addressesOfProtocol(String name) {
        Map<String, InetSocketAddress> addresses = addresses();
        addresses.keySet().removeIf(other -> protocol(other) != protocol(name));
        return addresses;
    }

    private Protocol protocol(String name) {
        return Objects.requireNonNull(this.properties.listeners().get(name)).protocol();
    }

    private void logStart(String reasonForFewerConnections) {
        Map<String, String> places = new TreeMap<>(paths());
        addresses()
                .forEach((name, address) -> places.put(
                        name, (protocol(name) == Protocol.UDP ? "UDP " : "") + NetUtil.toSocketAddressString(address)));
        List<String> open = places.entrySet().stream()
                .map(place -> place.getKey() + " on " + place.getValue())
                .toList();
        if (open.size() > LISTENERS_IN_A_LINE) {
            for (int from = 0; from < open.size(); from += LISTENERS_IN_A_LINE) {
                int to = Math.min(from + LISTENERS_IN_A_LINE, open.size());
                logger.info("Echo listeners %s to %s of %s: %s"
                        .formatted(from + 1, to, open.size(), String.join(", ", open.subList(from, to))));
            }
        }
        logger.info("Echo started: %s; transport %s%s; management on port %s"
                .formatted(
                        open.size() > LISTENERS_IN_A_LINE ? open.size() + " listeners" : String.join(", ", open),
                        this.transport,
                        hasConnections()
                                ? "; %s connections at most%s".formatted(mostConnections(), reasonForFewerConnections)
                                : "",
                        this.environment.getProperty("local.management.port", "none")));
    }

    /**
     * Waits for the delay, closes the listeners, ends each connection once it is quiet, and at the timeout all of them.
     * Takes no longer than delay, timeout and {@link LingeringClose#LINGER} together, whatever clients do. If another
     * thread stops it already, this waits until that is done.
     */
    @Override
    public synchronized void stop() {
        if (isRunning()) {
            this.drain.begin();
            closeListeners();
            this.drain.end();
            this.behaviours.values().forEach(ListenerBehaviours::stop);
        }
    }

    private void closeListeners() {
        Mono.when(this.listeners.values().stream().map(EchoListener::close).toList())
                .timeout(CLOSE_TIMEOUT)
                // A stalled event loop must not keep the others from draining.
                .onErrorComplete()
                .block();
    }

    /** While it drains too: what ends a start that failed must wait for that before it ends the event loops. */
    @Override
    public boolean isRunning() {
        return !addresses().isEmpty() || !paths().isEmpty() || isDraining();
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
     * Tells how many connections may be open at the same time.
     *
     * @return what is configured, or fewer where the process may open too few files, or, for {@code auto}, has too
     *     little direct memory
     */
    public int mostConnections() {
        return this.admission.mostConnections();
    }

    /** Tells whether a listener takes connections, over TCP or a Unix socket. */
    private boolean hasConnections() {
        return this.properties.listeners().values().stream().anyMatch(listener -> !listener.isUdp());
    }

    /**
     * Returns where the open listeners listen, those too whose port a behaviour has closed for a while.
     *
     * @return the bound address and port by the listener's name, in the order of the names; empty while stopped
     */
    public Map<String, InetSocketAddress> addresses() {
        Map<String, InetSocketAddress> addresses = new TreeMap<>();
        this.listeners.forEach(
                (name, listener) -> listener.address().ifPresent(address -> addresses.put(name, address)));
        return addresses;
    }

    /**
     * Returns where the open listeners with a Unix socket listen, as {@link #addresses()} does for the others.
     *
     * @return the path, or @ and the abstract name, by the listener's name, in the order of the names
     */
    public Map<String, String> paths() {
        Map<String, String> paths = new TreeMap<>();
        this.listeners.forEach((name, listener) -> listener.path().ifPresent(path -> paths.put(name, path)));
        return paths;
    }

    /**
     * Tells whose port a behaviour has closed, and cannot be opened again.
     *
     * @return the names of those listeners
     */
    public Set<String> unopened() {
        Set<String> unopened = new TreeSet<>();
        this.listeners.forEach((name, listener) -> {
            if (listener.isUnopened()) {
                unopened.add(name);
            }
        });
        return unopened;
    }
}
