package dev.tcpecho.probe.client;

import java.net.InetSocketAddress;

/**
 * Where to connect.
 *
 * @param host a host name or an IP address
 * @param port a TCP port, 1 to 65535
 */
public record Target(String host, int port) {

    /**
     * Reads {@code HOST:PORT}, where an IPv6 address is in brackets.
     *
     * @throws IllegalArgumentException if it is anything else, with a sentence that says so
     */
    public static Target parse(String value) {
        int colon = value.lastIndexOf(':');
        String host = (colon < 0) ? "" : value.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.contains(":")) {
            throw new IllegalArgumentException(
                    "'%s' is not HOST:PORT; an IPv6 address has brackets, for example [::1]:25341".formatted(value));
        }
        int port = port(value.substring(colon + 1));
        if (host.isEmpty() || port < 1 || port > 65535) {
            throw new IllegalArgumentException(
                    "'%s' is not HOST:PORT with a port from 1 to 65535, for example localhost:25341".formatted(value));
        }
        return new Target(host, port);
    }

    /** Returns the target that is an address. */
    public static Target of(InetSocketAddress address) {
        return new Target(address.getAddress().getHostAddress(), address.getPort());
    }

    private static int port(String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException ex) {
            return -1;
        }
    }

    @Override
    public String toString() {
        return (this.host.contains(":") ? "[%s]:%s" : "%s:%s").formatted(this.host, this.port);
    }
}
