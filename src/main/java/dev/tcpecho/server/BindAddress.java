package dev.tcpecho.server;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns what the configuration calls an address into what a listener can be bound to, and compares such addresses. */
final class BindAddress {

    private BindAddress() {}

    /** Resolves a name or literal; {@code ::} becomes {@code 0.0.0.0} where there is no IPv6. Looks names up in DNS. */
    static InetSocketAddress resolve(String address, int port) throws UnknownHostException {
        InetAddress resolved = InetAddress.getByName(address);
        boolean everyAddress = resolved.isAnyLocalAddress() && address.contains(":");
        return new InetSocketAddress(everyAddress && !hasIpv6() ? InetAddress.getByName("0.0.0.0") : resolved, port);
    }

    /** Returns the name of the first listener whose address and port overlap with others; {@code null} if none does. */
    static @Nullable String overlapping(InetSocketAddress wanted, Map<String, InetSocketAddress> others) {
        return others.entrySet().stream()
                .filter(other -> overlap(wanted, other.getValue()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    /** Tells whether the kernel refuses the second of two sockets; {@code ::} is every address, IPv4 too. */
    static boolean overlap(InetSocketAddress first, InetSocketAddress second) {
        InetAddress one = first.getAddress();
        InetAddress other = second.getAddress();
        return first.getPort() == second.getPort()
                && (one.equals(other) || includes(one, other) || includes(other, one));
    }

    private static boolean includes(InetAddress every, InetAddress other) {
        return every.isAnyLocalAddress() && (every instanceof Inet6Address || other instanceof Inet4Address);
    }

    private static boolean hasIpv6() {
        try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.INET6)) {
            return channel.isOpen();
        } catch (IOException | UnsupportedOperationException ex) {
            return false;
        }
    }
}
