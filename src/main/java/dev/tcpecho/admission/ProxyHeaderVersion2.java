package dev.tcpecho.admission;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The binary header of version 2 of the PROXY protocol: section 2.2 of the specification. */
final class ProxyHeaderVersion2 {

    /** The bytes before the addresses: the signature, and what tells how many bytes follow. */
    static final int FIXED_BYTES = 16;

    private static final int VERSION = 2;

    private static final int IPV4_BYTES = 4 + 4 + 2 + 2;

    private static final int IPV6_BYTES = 16 + 16 + 2 + 2;

    private static final int UNIX_BYTES = 108 + 108;

    private ProxyHeaderVersion2() {}

    /** Returns how many bytes follow the fixed ones, 0 to 65,535. */
    static int length(ByteBuffer header) {
        return Short.toUnsignedInt(header.getShort(14));
    }

    /**
     * Returns how many bytes of IP addresses and ports follow the fixed ones.
     *
     * @param header the fixed bytes
     * @return the bytes, 0 if the header names no IP address
     */
    static int addressBytes(ByteBuffer header) throws BadProxyHeaderException {
        int versionAndCommand = header.get(12);
        if (versionAndCommand >> 4 != VERSION) {
            throw new BadProxyHeaderException(ProxyHeaderFault.VERSION);
        }
        return switch (versionAndCommand & 0xF) {
            // LOCAL, a connection of the proxy's own: whatever address follows is not to be used.
            case 0 -> 0;
            case 1 -> proxiedAddressBytes(header);
            default -> throw new BadProxyHeaderException(ProxyHeaderFault.COMMAND);
        };
    }

    private static int proxiedAddressBytes(ByteBuffer header) throws BadProxyHeaderException {
        int bytes = switch (header.get(13)) {
            case 0x00 -> 0;
            case 0x11, 0x12 -> IPV4_BYTES;
            case 0x21, 0x22 -> IPV6_BYTES;
            case 0x31, 0x32 -> UNIX_BYTES;
            default -> throw new BadProxyHeaderException(ProxyHeaderFault.PROTOCOL);
        };
        if (length(header) < bytes) {
            throw new BadProxyHeaderException(ProxyHeaderFault.ADDRESS_LENGTH);
        }
        return (bytes == UNIX_BYTES) ? 0 : bytes;
    }

    /**
     * Returns the source that a header names, or {@code null} if it names none.
     *
     * @param header the fixed bytes, and those of the addresses
     * @param addressBytes how many those are
     */
    static @Nullable InetSocketAddress source(ByteBuffer header, int addressBytes) {
        if (addressBytes == 0) {
            return null;
        }
        int length = (addressBytes == IPV4_BYTES) ? 4 : 16;
        byte[] address = new byte[length];
        header.get(FIXED_BYTES, address);
        int port = Short.toUnsignedInt(header.getShort(FIXED_BYTES + 2 * length));
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException ex) {
            throw new IllegalStateException("An address of %s bytes".formatted(length), ex);
        }
    }
}
