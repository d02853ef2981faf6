package dev.tcpecho.datagram;

import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.address.LocalAddresses;
import dev.tcpecho.metrics.DropReason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides which datagrams are sent back. One instance is for all listeners, whose event loops ask it at the same time.
 * The sender of a datagram can be forged: so nothing is sent to where it could start a loop (CERT CA-1996-01), or reach
 * more than one host.
 */
public final class DatagramFilter {

    /** The length of the largest datagram: UDP has 16 bits for it (RFC 768). */
    public static final int MOST_BYTES = 65_535;

    /** The first port that is not one of the system's (RFC 6335, section 6). */
    private static final int FIRST_USER_PORT = 1024;

    private final Limits limits;

    private final DatagramRates rates;

    private final Set<Integer> ownPorts = ConcurrentHashMap.newKeySet();

    /**
     * Starts without ports.
     *
     * @param limits whose datagrams are sent back, and how many
     */
    public DatagramFilter(Limits limits) {
        this.limits = limits;
        this.rates = new DatagramRates(limits, System::nanoTime);
    }

    /**
     * Remembers a port on which this service echoes datagrams.
     *
     * @param port 1 to 65535
     */
    public void addOwnPort(int port) {
        this.ownPorts.add(port);
    }

    /** Counts a datagram that is to be sent back, or tells why it is not. */
    @Nullable
    DropReason drops(InetSocketAddress sender) {
        DropReason reason = refuses(sender);
        return (reason != null) ? reason : this.rates.take(sender.getAddress());
    }

    /**
     * Tells why nothing is sent back to a sender, however few its datagrams are.
     *
     * @param sender the address and port
     * @return the reason; {@code null} if something may be sent back
     */
    public @Nullable DropReason refuses(InetSocketAddress sender) {
        InetAddress client = sender.getAddress();
        if (isForMany(client)) {
            return DropReason.BROADCAST;
        }
        if (sender.getPort() < FIRST_USER_PORT) {
            return DropReason.PRIVILEGED_PORT;
        }
        if (this.ownPorts.contains(sender.getPort())) {
            return DropReason.OWN_PORT;
        }
        return this.limits.admits(client) ? null : DropReason.DENIED;
    }

    /**
     * Tells whether an address is none of a single host.
     *
     * @param address the address
     * @return whether it is a multicast, broadcast or unspecified one
     */
    public static boolean isForMany(InetAddress address) {
        return address.isMulticastAddress() || address.isAnyLocalAddress() || LocalAddresses.isBroadcast(address);
    }
}
