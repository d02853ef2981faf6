package dev.tcpecho.probe.client;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The header that a proxy would send, by the PROXY protocol specification.
 *
 * @param version which version of the header
 * @param source the client that the header names; null for the address that the probe connects from
 */
public record SentProxyHeader(Version version, @Nullable InetSocketAddress source) {

    /** The versions of the header, as the option names them. */
    public enum Version {
        V1,
        V2
    }

    private static final byte[] SIGNATURE = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};

    private static final byte VERSION_2_PROXY = 0x21;

    private static final byte UNKNOWN = 0;

    private static final byte TCP_OVER_IPV4 = 0x11;

    private static final byte TCP_OVER_IPV6 = 0x21;

    /** The prefix of an IPv4 address in the form of IPv6 (RFC 4291, section 2.5.5.2). */
    private static final byte[] IPV4_MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    /**
     * Returns the header of a connection. If one of its addresses is of IPv4 and the other of IPv6, the first is
     * written in the form of IPv6, because a header has one family. On a Unix socket nobody has an address: the header
     * says so, or else names the source in both places.
     *
     * @param local the address that the probe connects from
     * @param remote the address that it connects to
     */
    public byte[] bytes(@Nullable SocketAddress local, SocketAddress remote) {
        InetSocketAddress from =
                (this.source != null || !(local instanceof InetSocketAddress inet)) ? this.source : inet;
        if (from == null) {
            return ofUnknown();
        }
        return ofTcp(from, (remote instanceof InetSocketAddress inet) ? inet : from);
    }

    private byte[] ofUnknown() {
        return (this.version == Version.V1)
                ? "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII)
                : ByteBuffer.allocate(SIGNATURE.length + 4)
                        .put(SIGNATURE)
                        .put(VERSION_2_PROXY)
                        .put(UNKNOWN)
                        .putShort((short) 0)
                        .array();
    }

    private byte[] ofTcp(InetSocketAddress from, InetSocketAddress remote) {
        boolean ipv4 = from.getAddress() instanceof Inet4Address && remote.getAddress() instanceof Inet4Address;
        byte[] sourceAddress = address(from.getAddress(), ipv4);
        byte[] destinationAddress = address(remote.getAddress(), ipv4);
        return (this.version == Version.V1)
                ? "PROXY %s %s %s %s %s\r\n"
                        .formatted(
                                ipv4 ? "TCP4" : "TCP6",
                                text(sourceAddress),
                                text(destinationAddress),
                                from.getPort(),
                                remote.getPort())
                        .getBytes(StandardCharsets.US_ASCII)
                : ByteBuffer.allocate(SIGNATURE.length + 4 + 2 * sourceAddress.length + 4)
                        .put(SIGNATURE)
                        .put(VERSION_2_PROXY)
                        .put(ipv4 ? TCP_OVER_IPV4 : TCP_OVER_IPV6)
                        .putShort((short) (2 * sourceAddress.length + 4))
                        .put(sourceAddress)
                        .put(destinationAddress)
                        .putShort((short) from.getPort())
                        .putShort((short) remote.getPort())
                        .array();
    }

    private static byte[] address(InetAddress address, boolean ipv4) {
        byte[] bytes = address.getAddress();
        return (ipv4 || bytes.length == 16)
                ? bytes
                : ByteBuffer.allocate(16).put(IPV4_MAPPED).put(bytes).array();
    }

    /** By hand, because Java turns a mapped address back into one of IPv4. */
    private static String text(byte[] address) {
        StringBuilder text = new StringBuilder();
        if (address.length == 4) {
            for (byte part : address) {
                text.append(text.isEmpty() ? "" : ".").append(Byte.toUnsignedInt(part));
            }
        } else {
            ByteBuffer parts = ByteBuffer.wrap(address);
            while (parts.hasRemaining()) {
                text.append(text.isEmpty() ? "" : ":")
                        .append(Integer.toHexString(Short.toUnsignedInt(parts.getShort())));
            }
        }
        return text.toString();
    }
}
