package dev.tcpecho.healthcheck;

import java.net.InetAddress;
import java.util.Optional;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.web.server.Ssl;
import org.springframework.core.env.Environment;

/**
 * Where the service answers for its health, by its configuration.
 *
 * @param host the address to ask, for a URL
 * @param port the port, 0 for one that is not known
 * @param tls whether it speaks TLS
 * @param healthPath the path of the health endpoint
 */
record ManagementServer(String host, int port, boolean tls, String healthPath) {

    /** Reads the properties as Spring Boot does, whether the endpoints have a server of their own or not. */
    static ManagementServer of(Environment environment) {
        Binder binder = Binder.get(environment);
        boolean own = ManagementPortType.get(environment) == ManagementPortType.DIFFERENT;
        String server = own ? "management.server." : "server.";
        InetAddress address =
                binder.bind(server + "address", InetAddress.class).orElseGet(InetAddress::getLoopbackAddress);
        return new ManagementServer(
                host(address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address),
                binder.bind(server + "port", Integer.class).orElse(8080),
                binder.bind(server + "ssl", Bindable.of(Ssl.class))
                        .map(ssl -> ssl.isEnabled())
                        .orElse(false),
                path(text(binder, own ? "management.server.base-path" : "spring.webflux.base-path")
                                .orElse(""))
                        + path(text(binder, "management.endpoints.web.base-path")
                                .orElse("/actuator"))
                        + path(text(binder, "management.endpoints.web.path-mapping.health")
                                .orElse("health")));
    }

    private static Optional<String> text(Binder binder, String name) {
        return Optional.ofNullable(binder.bind(name, String.class).orElse(null));
    }

    private static String host(InetAddress address) {
        String literal = address.getHostAddress();
        return literal.contains(":") ? "[" + literal + "]" : literal;
    }

    /** With one slash before it, and none behind. */
    private static String path(String path) {
        String trimmed = path.replaceAll("^/+|/+$", "");
        return trimmed.isEmpty() ? "" : "/" + trimmed;
    }

    ManagementServer withPort(int port) {
        return new ManagementServer(this.host, port, this.tls, this.healthPath);
    }

    /** The address of a group of health components. */
    String url(String group) {
        return "%s://%s:%s%s/%s".formatted(this.tls ? "https" : "http", this.host, this.port, this.healthPath, group);
    }
}
