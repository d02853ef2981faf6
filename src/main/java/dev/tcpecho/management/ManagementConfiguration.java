package dev.tcpecho.management;

import dev.tcpecho.EchoProperties;
import dev.tcpecho.behaviour.BehaviourRegistry;
import dev.tcpecho.server.EchoServer;
import dev.tcpecho.transport.Transport;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.netty4.NettyAllocatorMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Adds the echo to the health, info and metrics endpoints. The name of a health bean is the name of its component. */
@Configuration(proxyBeanMethods = false)
class ManagementConfiguration {

    /** After which an event loop that has not answered counts as stalled. */
    private static final Duration STALLED = Duration.ofSeconds(1);

    @Bean
    EchoHealthIndicator echoHealthIndicator(
            EchoProperties properties, EchoServer server, Transport transport, BehaviourRegistry behaviours) {
        return new EchoHealthIndicator(properties, server, transport, behaviours);
    }

    @Bean
    EventLoopHeartbeats eventLoopHeartbeats(EventLoopGroup echoEventLoops) {
        return new EventLoopHeartbeats(echoEventLoops, STALLED);
    }

    @Bean
    EventLoopsHealthIndicator eventLoopsHealthIndicator(EventLoopHeartbeats eventLoopHeartbeats) {
        return new EventLoopsHealthIndicator(eventLoopHeartbeats);
    }

    @Bean
    MeterBinder eventLoopMetrics(EventLoopHeartbeats eventLoopHeartbeats) {
        return registry -> Gauge.builder("echo.event.loops.stalled", eventLoopHeartbeats, EventLoopHeartbeats::stalled)
                .description("Event loops that leave a task unanswered for more than a second")
                .register(registry);
    }

    @Bean
    MeterBinder echoLimitMetrics(EchoServer server) {
        return registry -> Gauge.builder("echo.connections.limit", server, EchoServer::mostConnections)
                .description("Connections that may be open at the same time")
                .register(registry);
    }

    @Bean
    @ConditionalOnAvailableEndpoint
    ConnectionsEndpoint connectionsEndpoint(EchoServer server) {
        return new ConnectionsEndpoint(server);
    }

    @Bean
    @ConditionalOnAvailableEndpoint
    BehavioursEndpoint behavioursEndpoint(BehaviourRegistry registry) {
        return new BehavioursEndpoint(registry);
    }

    @Bean
    InfoContributor echoInfoContributor(Transport transport) {
        return info -> info.withDetail("echo", Map.of("transport", transport.toString()));
    }

    @Bean
    MeterBinder echoDrainingMetrics(EchoServer server) {
        return registry -> {
            Gauge.builder("echo.draining", server, echo -> echo.isDraining() ? 1 : 0)
                    .description("1 while the service stops and waits for its connections, else 0")
                    .register(registry);
            TimeGauge.builder(
                            "echo.drain.remaining",
                            server,
                            TimeUnit.MILLISECONDS,
                            echo -> echo.drainRemaining().toMillis())
                    .description("How long connections may go on once the service stops, and how much of it is left")
                    .register(registry);
        };
    }

    /** What the buffers of all connections take, the management server's among them. */
    @Bean
    MeterBinder nettyAllocatorMetrics() {
        return new NettyAllocatorMetrics((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT);
    }

    /** Micrometer tells allocators apart by their hash code, which would begin new series with each start. */
    @Bean
    MeterFilter stableAllocatorId() {
        String hashCode = String.valueOf(ByteBufAllocator.DEFAULT.hashCode());
        return new MeterFilter() {

            @Override
            public Meter.Id map(Meter.Id id) {
                return (id.getName().startsWith("netty.allocator.") && hashCode.equals(id.getTag("id")))
                        ? id.withTag(Tag.of("id", "default"))
                        : id;
            }
        };
    }

    @Bean
    MeterBinder echoTransportMetrics(Transport transport) {
        return registry -> Gauge.builder("echo.transport", () -> 1)
                .tag("transport", transport.toString())
                .description("The transport in use")
                .register(registry);
    }
}
