package dev.tcpecho.management;

import dev.tcpecho.EchoProperties;
import dev.tcpecho.behaviour.BehaviourRegistry;
import dev.tcpecho.server.EchoServer;
import dev.tcpecho.transport.Transport;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * {@link HealthIndicator} that is {@link Status#UP} while the listeners are open and the service does not stop. It
 * tells where they listen, and which behaviours shape their echo.
 */
final class EchoHealthIndicator extends AbstractHealthIndicator {

    private final EchoProperties properties;

    private final EchoServer server;

    private final Transport transport;

    private final BehaviourRegistry behaviours;

    EchoHealthIndicator(
            EchoProperties properties, EchoServer server, Transport transport, BehaviourRegistry behaviours) {
        super("Echo health check failed");
        this.properties = properties;
        this.server = server;
        this.transport = transport;
        this.behaviours = behaviours;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        Map<String, Object> listeners = new TreeMap<>();
        this.server.addresses().forEach((name, address) -> listeners.put(name, describe(name, address)));
        this.server.paths().forEach((name, path) -> listeners.put(name, describe(name, Map.of("path", path))));
        Set<String> unopened = this.server.unopened();
        if (!unopened.isEmpty()) {
            builder.withDetail("unopened", unopened);
        }
        boolean open = !listeners.isEmpty() && unopened.isEmpty() && !this.server.isDraining();
        builder.status(open ? Status.UP : Status.OUT_OF_SERVICE)
                .withDetail("transport", this.transport.toString())
                .withDetail("mostConnections", this.server.mostConnections())
                .withDetail("listeners", listeners);
    }

    private Map<String, Object> describe(String name, InetSocketAddress address) {
        Map<String, Object> details = new LinkedHashMap<>();
        if (Objects.requireNonNull(this.properties.listeners().get(name)).isUdp()) {
            details.put("protocol", "udp");
        }
        details.put("address", NetUtil.toAddressString(address.getAddress()));
        details.put("port", address.getPort());
        return describe(name, details);
    }

    private Map<String, Object> describe(String name, Map<String, Object> bound) {
        Map<String, Object> details = new LinkedHashMap<>(bound);
        Map<String, Object> behaviours = Objects.requireNonNull(
                        this.behaviours.listeners().get(name))
                .state()
                .behaviours();
        if (!behaviours.isEmpty()) {
            details.put("behaviours", behaviours);
        }
        return details;
    }
}
