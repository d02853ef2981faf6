package dev.tcpecho.probe.client;

import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Which echo service is meant, as it was typed. */
public sealed interface Target {

    /**
     * Returns the addresses that it has; there is one at least.
     *
     * @param family which addresses of a host to take
     * @throws NotConnectedException if the host is not known, or has no such address
     */
    List<SocketAddress> addresses(AddressFamily family) throws NotConnectedException;

    /**
     * A TCP port of a host.
     *
     * @param host a host name or an IP address
     * @param port a TCP port, 1 to 65535
     */
    record Tcp(String host, int port) implements Target {

        /** As other tools write it, and as it is refused. */
        private static final String SCHEME = "tcp://";

        @Override
        public List<SocketAddress> addresses(AddressFamily family) throws NotConnectedException {
            return Target.lookUp(this, this.host, this.port, family);
        }

        @Override
        public String toString() {
            return (this.host.contains(":") ? "[%s]:%s" : "%s:%s").formatted(this.host, this.port);
        }
    }

    /**
     * A UDP port of a host.
     *
     * @param host a host name or an IP address
     * @param port a UDP port, 1 to 65535
     */
    record Udp(String host, int port) implements Target {

        private static final String SCHEME = "udp://";

        @Override
        public List<SocketAddress> addresses(AddressFamily family) throws NotConnectedException {
            return Target.lookUp(this, this.host, this.port, family);
        }

        @Override
        public String toString() {
            return SCHEME + new Tcp(this.host, this.port);
        }
    }

    /**
     * A Unix stream socket of this host.
     *
     * @param path the path of a file, or @ and an abstract name
     */
    record Unix(String path) implements Target {

        private static final String SCHEME = "unix:";

        private static final String ABSTRACT = "@";

        /** The first byte of an abstract name is 0 (unix(7)). */
        private static final char ABSTRACT_BEGIN = '\0';

        /** Linux has 108 bytes for it, and Java keeps one of them for the end (unix(7)). */
        private static final int MAX_BYTES = 107;

        static Unix parse(String value) {
            String path = value.substring(SCHEME.length());
            int bytes = path.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > MAX_BYTES) {
                throw new IllegalArgumentException("'%s' has a path of %s bytes, but a Unix socket has at most %s"
                        .formatted(value, bytes, MAX_BYTES));
            }
            if (path.equals(ABSTRACT) || !isPath(path)) {
                throw new IllegalArgumentException(
                        "'%s' is not unix:PATH, for example unix:/run/echo.sock, or unix:@NAME for an abstract name"
                                .formatted(value));
            }
            return new Unix(path);
        }

        private static boolean isPath(String path) {
            try {
                return !Path.of(path).toString().isEmpty();
            } catch (InvalidPathException ex) {
                return false;
            }
        }

        /** Tells whether it has a name, and no file. */
        public boolean isAbstract() {
            return this.path.startsWith(ABSTRACT);
        }

        /** Returns one: Java's own for a path, and Netty's for an abstract name. */
        @Override
        public List<SocketAddress> addresses(AddressFamily family) {
            return List.of(
                    isAbstract()
                            ? new DomainSocketAddress(ABSTRACT_BEGIN + this.path.substring(ABSTRACT.length()))
                            : UnixDomainSocketAddress.of(this.path));
        }

        @Override
        public String toString() {
            return SCHEME + this.path;
        }
    }

    /**
     * Reads {@code HOST:PORT}, where an IPv6 address is in brackets, {@code udp://HOST:PORT}, {@code unix:PATH} or
     * {@code unix:@NAME}.
     *
     * @throws IllegalArgumentException if it is anything else, with a sentence that says so
     */
    static Target parse(String value) {
        if (value.startsWith(Unix.SCHEME)) {
            return Unix.parse(value);
        }
        if (value.startsWith(Udp.SCHEME)) {
            return parseUdp(value);
        }
        if (value.startsWith(Tcp.SCHEME)) {
            throw new IllegalArgumentException("'%s' is not HOST:PORT; leave out %s".formatted(value, Tcp.SCHEME));
        }
        if (value.startsWith("/")) {
            throw new IllegalArgumentException(
                    "'%s' is not HOST:PORT; a Unix socket is %s%s".formatted(value, Unix.SCHEME, value));
        }
        return parsePort(value);
    }

    private static Udp parseUdp(String value) {
        String target = value.substring(Udp.SCHEME.length());
        try {
            Tcp port = parsePort(target);
            return new Udp(port.host(), port.port());
        } catch (IllegalArgumentException ex) {
            throw new IllegalArgumentException("%s, behind %s".formatted(ex.getMessage(), Udp.SCHEME));
        }
    }

    /**
     * Reads {@code HOST:PORT}, where an IPv6 address is in brackets.
     *
     * @throws IllegalArgumentException if it is anything else, with a sentence that says so
     */
    static Tcp parsePort(String value) {
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
        return new Tcp(host, port);
    }

    private static List<SocketAddress> lookUp(Target target, String host, int port, AddressFamily family)
            throws NotConnectedException {
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(host);
        } catch (UnknownHostException ex) {
            throw new NotConnectedException("cannot connect to %s: the host is not known".formatted(target), ex);
        }
        List<SocketAddress> wanted = Arrays.stream(addresses)
                .filter(family::includes)
                .<SocketAddress>map(address -> new InetSocketAddress(address, port))
                .toList();
        if (wanted.isEmpty()) {
            throw new NotConnectedException(
                    "cannot connect to %s: the host has no %s address".formatted(target, family), null);
        }
        return wanted;
    }

    private static int port(String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException ex) {
            return -1;
        }
    }

    /** Returns the target that is an address: of TCP, or of a Unix socket. */
    static Target of(SocketAddress address) {
        if (address instanceof InetSocketAddress inet) {
            return new Tcp(inet.getAddress().getHostAddress(), inet.getPort());
        }
        if (address instanceof DomainSocketAddress netty && netty.path().indexOf(Unix.ABSTRACT_BEGIN) == 0) {
            return new Unix(Unix.ABSTRACT + netty.path().substring(1));
        }
        return new Unix(address.toString());
    }
}
