package dev.tcpecho;

import dev.tcpecho.EchoProperties.Listener;
import dev.tcpecho.EchoProperties.ProxyProtocol;
import dev.tcpecho.address.AddressBlock;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.boot.web.server.Ssl.ClientAuth;

/** Refuses listeners that could only fail later, and less clearly, or never, and not do what was meant. */
public final class ListenerRules {

    private ListenerRules() {}

    /**
     * Checks all listeners.
     *
     * @param properties the configuration
     * @throws EchoConfigurationException if the properties of one do not fit together, or if two have the same address
     *     and port
     */
    public static void check(EchoProperties properties) {
        Map<String, Listener> listeners = properties.listeners();
        UnixSocketRules.check(listeners);
        requireDistinctPorts(listeners);
        listeners.forEach(ListenerRules::requireUnicastAddress);
        listeners.forEach(ListenerRules::requireTrustedProxies);
        listeners.forEach(ListenerRules::requireTlsForClientCertificates);
        listeners.forEach((name, listener) -> {
            if (listener.isUdp()) {
                DatagramListenerRules.check(name, listener, properties.limits());
            }
        });
        listeners.forEach((name, listener) ->
                BehaviourRules.check("echo.listeners.%s.behaviours.".formatted(name), listener.behaviours()));
    }

    /** The kernel refuses what overlaps in other ways. */
    private static void requireDistinctPorts(Map<String, Listener> listeners) {
        Map<String, String> names = new HashMap<>();
        listeners.forEach((name, listener) -> {
            if (listener.isUnix()) {
                return;
            }
            String other =
                    names.putIfAbsent(listener.protocol() + " " + listener.address() + " " + listener.port(), name);
            if (other != null && listener.port() != 0) {
                throw new EchoConfigurationException(
                        "The listeners '%s' and '%s' are both to open %sport %s."
                                .formatted(other, name, listener.isUdp() ? "UDP " : "", listener.port()),
                        "Set echo.listeners.%s.port to another port than %s, or remove one of the two listeners."
                                .formatted(name, listener.port()),
                        "echo.listeners.%s.port".formatted(other),
                        "echo.listeners.%s.port".formatted(name));
            }
        });
    }

    /** The kernel binds TCP to some of the others, and then no client can connect. */
    private static void requireUnicastAddress(String name, Listener listener) {
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(listener.address());
        if (address == null) {
            return;
        }
        if (address.isMulticastAddress() || address.getHostAddress().equals("255.255.255.255")) {
            throw new EchoConfigurationException(
                    "echo.listeners.%s.address is '%s', a %s address, %s."
                            .formatted(
                                    name,
                                    listener.address(),
                                    address.isMulticastAddress() ? "multicast" : "broadcast",
                                    listener.isUdp()
                                            ? "for which the service answers no datagram"
                                            : "to which no TCP client can connect"),
                    ("Set echo.listeners.%s.address to an IP address of this host, to a name that resolves to one,"
                                    + " or to '::' for every address.")
                            .formatted(name),
                    "echo.listeners.%s.address".formatted(name));
        }
    }

    private static void requireTrustedProxies(String name, Listener listener) {
        boolean trusted = !listener.trustedProxies().isEmpty();
        if (listener.proxyProtocol() == ProxyProtocol.OFF && trusted) {
            throw new EchoConfigurationException(
                    "echo.listeners.%s.trusted-proxies is '%s', but without proxy-protocol a proxy's header would be echoed."
                            .formatted(
                                    name,
                                    listener.trustedProxies().stream()
                                            .map(AddressBlock::toString)
                                            .collect(Collectors.joining(", "))),
                    "Set echo.listeners.%s.proxy-protocol to 'required' or 'optional', or remove echo.listeners.%s.trusted-proxies."
                            .formatted(name, name),
                    "echo.listeners.%s.trusted-proxies".formatted(name));
        }
        if (listener.proxyProtocol() != ProxyProtocol.OFF && !trusted) {
            throw new EchoConfigurationException(
                    "echo.listeners.%s.proxy-protocol is '%s', but no proxy is trusted, so that %s."
                            .formatted(
                                    name,
                                    listener.proxyProtocol().name().toLowerCase(Locale.ROOT),
                                    listener.proxyProtocol() == ProxyProtocol.REQUIRED
                                            ? "nobody could connect"
                                            : "every header would be echoed"),
                    "Set echo.listeners.%s.trusted-proxies to the CIDR blocks of the proxies, for example 10.0.0.0/8."
                            .formatted(name),
                    "echo.listeners.%s.proxy-protocol".formatted(name));
        }
    }

    private static void requireTlsForClientCertificates(String name, Listener listener) {
        if (listener.ssl().clientAuth() != ClientAuth.NONE && !listener.hasTls()) {
            throw new EchoConfigurationException(
                    "echo.listeners.%s.ssl.client-auth is '%s', but without TLS nobody shows a certificate."
                            .formatted(name, listener.ssl().clientAuth().name().toLowerCase(Locale.ROOT)),
                    "Set echo.listeners.%s.ssl.bundle to the SSL bundle with the certificate.".formatted(name),
                    "echo.listeners.%s.ssl.client-auth".formatted(name));
        }
    }
}
