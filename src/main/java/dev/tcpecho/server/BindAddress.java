package dev.tcpecho.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;

/** Turns what the configuration calls an address into what a listener can be bound to. */
final class BindAddress {

    private BindAddress() {}

    /** Resolves a name or literal; {@code ::} becomes {@code 0.0.0.0} where there is no IPv6. Looks names up in DNS. */
    static InetSocketAddress resolve(String address, int port) throws UnknownHostException {
        InetAddress resolved = InetAddress.getByName(address);
        boolean everyAddress = resolved.isAnyLocalAddress() && address.contains(":");
        return new InetSocketAddress(everyAddress && !hasIpv6() ? InetAddress.getByName("0.0.0.0") : resolved, port);
    }

    private static boolean hasIpv6() {
        try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.INET6)) {
            return channel.isOpen();
        } catch (IOException | UnsupportedOperationException ex) {
            return false;
        }
    }
}
