package dev.tcpecho.management;

import dev.tcpecho.server.EchoServer;
import dev.tcpecho.transport.Transport;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/** {@link HealthIndicator} that is {@link Status#UP} while the listeners are open, and tells where they listen. */
final class EchoHealthIndicator extends AbstractHealthIndicator {

    private final EchoServer server;

    private final Transport transport;

    EchoHealthIndicator(EchoServer server, Transport transport) {
        super("Echo health check failed");
        this.server = server;
        this.transport = transport;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        Map<String, Object> listeners = new LinkedHashMap<>();
        this.server.addresses().forEach((name, address) -> listeners.put(name, describe(address)));
        builder.status(listeners.isEmpty() ? Status.OUT_OF_SERVICE : Status.UP)
                .withDetail("transport", this.transport.toString())
                .withDetail("listeners", listeners);
    }

    private static Map<String, Object> describe(InetSocketAddress address) {
        return Map.of("address", NetUtil.toAddressString(address.getAddress()), "port", address.getPort());
    }
}
