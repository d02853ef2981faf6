package dev.tcpecho.address;

import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/** The addresses of this host's interfaces, as they were when they were looked up last. */
public final class LocalAddresses {

    private static final Log logger = LogFactory.getLog(LocalAddresses.class);

    /** That of the local network (RFC 919), which no interface names. */
    private static final int LIMITED_BROADCAST = 0xffffffff;

    private static volatile Set<InetAddress> broadcast = Set.of();

    private LocalAddresses() {}

    /**
     * Looks the addresses up.
     *
     * @return the address of every interface, loopback included, those of IPv6 with their zones; empty if the system
     *     does not tell
     */
    public static Set<InetAddress> lookUp() {
        Set<InetAddress> addresses = new LinkedHashSet<>();
        Set<InetAddress> broadcasts = new HashSet<>();
        try {
            for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                List<InterfaceAddress> ofInterface = each.getInterfaceAddresses();
                ofInterface.stream().map(InterfaceAddress::getAddress).forEach(addresses::add);
                ofInterface.stream()
                        .map(InterfaceAddress::getBroadcast)
                        .filter(Objects::nonNull)
                        .forEach(broadcasts::add);
            }
        } catch (SocketException ex) {
            logger.warn("The system does not tell the addresses of its interfaces: " + ex.getMessage());
        }
        broadcast = broadcasts;
        return addresses;
    }

    /**
     * Tells whether an address is a broadcast address of IPv4.
     *
     * @param address the address
     * @return whether it is that of the local network, or of a network that an interface is in
     */
    public static boolean isBroadcast(InetAddress address) {
        return address.hashCode() == LIMITED_BROADCAST || broadcast.contains(address);
    }
}
