package dev.tcpecho.probe.exporter;

import java.net.InetSocketAddress;
import java.util.regex.Pattern;

/**
 * Where to serve the figures.
 *
 * @param host a host name or an IP address; empty for every address of this host
 * @param port a TCP port, 0 to 65535, where 0 is any free one
 */
public record ListenAddress(String host, int port) {

    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,5}");

    /**
     * Reads {@code PORT}, {@code :PORT} or {@code HOST:PORT}, where an IPv6 address is in brackets.
     *
     * @throws IllegalArgumentException if it is anything else, with what it must be, behind "must be"
     */
    public static ListenAddress parse(String value) {
        int colon = value.lastIndexOf(':');
        String host = (colon < 0) ? "" : value.substring(0, colon);
        String digits = value.substring(colon + 1);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (bracketed) {
            host = host.substring(1, host.length() - 1);
        }
        int port = DIGITS.matcher(digits).matches() ? Integer.parseInt(digits) : -1;
        if (port < 0 || port > 65535 || bracketed != host.contains(":")) {
            throw new IllegalArgumentException(
                    "PORT or HOST:PORT with a port from 0 to 65535, for example 9100, localhost:9100 or [::1]:9100");
        }
        return new ListenAddress(host, port);
    }

    /** Looks a host name up. */
    InetSocketAddress toSocketAddress() {
        return this.host.isEmpty() ? new InetSocketAddress(this.port) : new InetSocketAddress(this.host, this.port);
    }
}
