package dev.tcpecho.probe.exporter;

import dev.tcpecho.transport.Transport;
import io.netty.channel.EventLoopGroup;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import org.springframework.core.NestedExceptionUtils;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** Serves {@code /metrics} on an event loop of its own, and nothing else. Needs no Spring context. */
public final class MetricsServer implements AutoCloseable {

    /** Far more than Prometheus opens, which scrapes on one connection at a time. */
    private static final int MOST_CONNECTIONS = 16;

    /** Prometheus's own time-out of a scrape, for the request and its answer. */
    private static final Duration LONGEST_CONNECTION = Duration.ofSeconds(10);

    private static final int LONGEST_REQUEST_LINE = 1024;

    /** What a proxy or a mesh adds is far less. */
    private static final int MOST_HEADERS = 8 * 1024;

    private final EventLoopGroup eventLoop;

    private final DisposableServer server;

    private MetricsServer(EventLoopGroup eventLoop, DisposableServer server) {
        this.eventLoop = eventLoop;
        this.server = server;
    }

    /**
     * Starts to serve.
     *
     * @param address where
     * @param figures what
     * @throws ListenException if the address cannot be used
     */
    public static MetricsServer start(ListenAddress address, Figures figures) throws ListenException {
        return start(address, figures, new ScrapeConnections(MOST_CONNECTIONS, LONGEST_CONNECTION));
    }

    static MetricsServer start(ListenAddress address, Figures figures, ScrapeConnections connections)
            throws ListenException {
        EventLoopGroup eventLoop = Transport.NIO.newEventLoopGroup(1, false);
        try {
            return new MetricsServer(eventLoop, bind(address, figures, connections, eventLoop));
        } catch (RuntimeException ex) {
            eventLoop.shutdownGracefully();
            throw failure(ex);
        }
    }

    private static DisposableServer bind(
            ListenAddress address, Figures figures, ScrapeConnections connections, EventLoopGroup eventLoop) {
        return HttpServer.create()
                .runOn(preferNative -> eventLoop, false)
                .bindAddress(address::toSocketAddress)
                .doOnChannelInit(
                        (observer, channel, remote) -> channel.pipeline().addFirst(connections))
                .httpRequestDecoder(decoder ->
                        decoder.maxInitialLineLength(LONGEST_REQUEST_LINE).maxHeaderSize(MOST_HEADERS))
                // A connection that waits for its next request would need a bound of its own.
                .maxKeepAliveRequests(1)
                .handle(new ScrapeHandler(figures, eventLoop))
                .bindNow();
    }

    private static ListenException failure(RuntimeException failure) {
        Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
        String message = String.valueOf(cause.getMessage());
        if (message.contains("in use")) {
            return new ListenException("that port is in use: choose another, or 0 for any that is free", failure);
        }
        if (message.contains("Permission denied")) {
            return new ListenException("this user may not listen there: choose a port above 1023", failure);
        }
        return new ListenException("this host has no such address: choose one that it has, or a port alone", failure);
    }

    /** Returns the address with the port that was bound. */
    public InetSocketAddress address() {
        return (InetSocketAddress) this.server.address();
    }

    /** Returns the address as a field of an event. */
    public Map<String, Object> fields() {
        return Map.of("metricsAddress", printedAddress());
    }

    /** Returns the same for people. */
    public String description() {
        return "metrics for Prometheus on %s, at /metrics".formatted(printedAddress());
    }

    private String printedAddress() {
        return NetUtil.toSocketAddressString(address());
    }

    @Override
    public void close() {
        this.server.disposeNow();
        this.eventLoop.shutdownGracefully().awaitUninterruptibly();
    }
}
