package dev.tcpecho.probe.udp;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * What an exchange of datagrams sends, and how long it waits.
 *
 * @param count how many datagrams, from 1 to {@link #MAX_COUNT}
 * @param size the bytes of each, from {@link #MIN_SIZE} to {@link #MAX_SIZE}
 * @param interval the time from one datagram to the next
 * @param timeout how long to wait for the answer to each
 */
public record UdpSettings(int count, int size, Duration interval, Duration timeout) {

    /** What is kept of each datagram is small, and yet something. */
    public static final int MAX_COUNT = 1_000_000;

    /** Each datagram begins with what tells it from all others. */
    public static final int MIN_SIZE = Datagrams.HEADER_BYTES;

    /** The length of an IPv4 packet has 16 bits (RFC 791), less its header and that of UDP. */
    private static final int MAX_SIZE_OF_IPV4 = 65_507;

    /** The length of an IPv6 packet does not count its own header (RFC 8200). */
    public static final int MAX_SIZE = 65_527;

    /**
     * Returns the most bytes that a datagram may have to each of some addresses.
     *
     * @param addresses one of them at least
     */
    public static int maxSize(List<InetSocketAddress> addresses) {
        boolean ipv4 = addresses.stream().anyMatch(address -> address.getAddress() instanceof Inet4Address);
        return ipv4 ? MAX_SIZE_OF_IPV4 : MAX_SIZE;
    }

    /** Returns the same for datagrams of another size. */
    UdpSettings withSize(int otherSize) {
        return new UdpSettings(this.count, otherSize, this.interval, this.timeout);
    }
}
