package dev.tcpecho;

import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.EchoProperties.Listener;
import dev.tcpecho.EchoProperties.ProxyProtocol;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import org.springframework.boot.web.server.Ssl.ClientAuth;

/**
 * Refuses listeners of datagrams that could be used against others, or that have what only connections have. Whoever
 * forges the sender of a datagram has the echo sent to somebody else (CERT CA-1996-01).
 */
final class DatagramListenerRules {

    private DatagramListenerRules() {}

    static void check(String name, Listener listener, Limits limits) {
        String prefix = "echo.listeners." + name + ".";
        requireKnownClients(prefix, listener, limits);
        if (listener.hasTls() || listener.ssl().clientAuth() != ClientAuth.NONE) {
            throw onlyForConnections(prefix, "ssl");
        }
        if (listener.proxyProtocol() != ProxyProtocol.OFF
                || !listener.trustedProxies().isEmpty()) {
            throw onlyForConnections(prefix, "proxy-protocol");
        }
        if (listener.backlog() != Listener.DEFAULT.backlog()) {
            throw onlyForConnections(prefix, "backlog");
        }
    }

    private static void requireKnownClients(String prefix, Listener listener, Limits limits) {
        InetAddress literal = NetUtil.createInetAddressFromIpAddressString(listener.address());
        boolean loopback = (literal != null)
                ? literal.isLoopbackAddress()
                : listener.address().equals("localhost");
        if (limits.allow().isEmpty() && !loopback) {
            throw new EchoConfigurationException(
                    "%sprotocol is 'udp' on '%s', but echo.limits.allow is not set: anyone could have datagrams sent to somebody else."
                            .formatted(prefix, listener.address()),
                    "Set echo.limits.allow to the CIDR blocks of the clients, for example 10.0.0.0/8, or %saddress to 127.0.0.1 or ::1."
                            .formatted(prefix),
                    prefix + "protocol");
        }
    }

    private static EchoConfigurationException onlyForConnections(String prefix, String property) {
        return new EchoConfigurationException(
                "%s is set, but a UDP listener has no connections.".formatted(prefix + property),
                "Remove %s, or set %sprotocol to tcp.".formatted(prefix + property, prefix),
                prefix + property);
    }
}
