package dev.tcpecho.admission;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The line of version 1 of the PROXY protocol: {@code PROXY TCP4 192.0.2.7 198.51.100.1 56324 443}. */
final class ProxyHeaderVersion1 {

    private static final int FIELDS = 6;

    private static final int HIGHEST_PORT = 65535;

    private ProxyHeaderVersion1() {}

    /**
     * Returns the source that a line names, or {@code null} if it names none.
     *
     * @param line the line without its end
     */
    static @Nullable InetSocketAddress source(String line) throws BadProxyHeaderException {
        String[] fields = line.split(" ", 0);
        String protocol = (fields.length > 1) ? fields[1] : "";
        return switch (protocol) {
            case "UNKNOWN" -> null;
            case "TCP4" -> source(fields, false);
            case "TCP6" -> source(fields, true);
            default -> throw new BadProxyHeaderException(ProxyHeaderFault.PROTOCOL);
        };
    }

    private static InetSocketAddress source(String[] fields, boolean ipv6) throws BadProxyHeaderException {
        if (fields.length != FIELDS) {
            throw new BadProxyHeaderException(ProxyHeaderFault.FIELDS);
        }
        InetAddress address = sourceAddress(fields[2], ipv6);
        checkAddress(fields[3], ipv6, ProxyHeaderFault.DESTINATION_ADDRESS);
        int port = port(fields[4], ProxyHeaderFault.SOURCE_PORT);
        port(fields[5], ProxyHeaderFault.DESTINATION_PORT);
        return new InetSocketAddress(address, port);
    }

    /** An address with a scope is refused: the specification has none, and address rules would not match it. */
    private static InetAddress sourceAddress(String text, boolean ipv6) throws BadProxyHeaderException {
        checkAddress(text, ipv6, ProxyHeaderFault.SOURCE_ADDRESS);
        InetAddress address = text.contains("%") ? null : NetUtil.createInetAddressFromIpAddressString(text);
        if (address == null) {
            throw new BadProxyHeaderException(ProxyHeaderFault.SOURCE_ADDRESS);
        }
        return address;
    }

    private static void checkAddress(String text, boolean ipv6, ProxyHeaderFault fault) throws BadProxyHeaderException {
        if (!isAddress(text, ipv6)) {
            throw new BadProxyHeaderException(isAddress(text, !ipv6) ? ProxyHeaderFault.ADDRESS_FAMILY : fault);
        }
    }

    private static boolean isAddress(String text, boolean ipv6) {
        return ipv6 ? NetUtil.isValidIpV6Address(text) : NetUtil.isValidIpV4Address(text);
    }

    /** Port 0 is allowed, as in version 2: a proxy that does not know the port, or hides it, sends that. */
    private static int port(String text, ProxyHeaderFault fault) throws BadProxyHeaderException {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= HIGHEST_PORT) {
                return port;
            }
        } catch (NumberFormatException ex) {
            // No number is as wrong as one out of range.
        }
        throw new BadProxyHeaderException(fault);
    }
}
