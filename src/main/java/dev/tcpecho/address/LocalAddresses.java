package dev.tcpecho.address;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/** The addresses of this host's interfaces, as they were when they were looked up last. */
public final class LocalAddresses {

    private static final Log logger = LogFactory.getLog(LocalAddresses.class);

    /** That of the local network (RFC 919), which no interface names. */
    private static final InetAddress LIMITED_BROADCAST = address(0xffffffff);

    private static volatile Set<InetAddress> broadcast = Set.of(LIMITED_BROADCAST);

    private static volatile Map<String, InetAddress> last = Map.of();

    private LocalAddresses() {}

    /**
     * Looks the addresses up.
     *
     * @return the address of every interface, loopback included, by its {@link #name(InetAddress) name}; as they were
     *     last if the system does not tell, for example because this process may open no more files
     */
    public static Map<String, InetAddress> lookUp() {
        return lookUp(NetworkInterface::getNetworkInterfaces);
    }

    static Map<String, InetAddress> lookUp(Interfaces interfaces) {
        Map<String, InetAddress> addresses = new LinkedHashMap<>();
        Set<InetAddress> broadcasts = new HashSet<>(Set.of(LIMITED_BROADCAST));
        try {
            for (NetworkInterface each : Collections.list(interfaces.get())) {
                List<InterfaceAddress> ofInterface = each.getInterfaceAddresses();
                ofInterface.stream()
                        .map(InterfaceAddress::getAddress)
                        .forEach(address -> addresses.put(name(address), address));
                ofInterface.forEach(address -> addBroadcasts(address, broadcasts));
            }
        } catch (SocketException ex) {
            logger.warn("The system does not tell the addresses of its interfaces: " + ex.getMessage());
            return new LinkedHashMap<>(last);
        }
        broadcast = broadcasts;
        last = Map.copyOf(addresses);
        return addresses;
    }

    /**
     * The last address of a network, which loopback does not name, and the first one, which older kernels take for one.
     */
    private static void addBroadcasts(InterfaceAddress ofInterface, Set<InetAddress> broadcasts) {
        if (ofInterface.getBroadcast() != null) {
            broadcasts.add(ofInterface.getBroadcast());
        }
        int prefixLength = ofInterface.getNetworkPrefixLength();
        if (ofInterface.getAddress() instanceof Inet4Address address && prefixLength > 0 && prefixLength < 31) {
            int hosts = -1 >>> prefixLength;
            broadcasts.add(address(bits(address) | hosts));
            broadcasts.add(address(bits(address) & ~hosts));
        }
    }

    private static int bits(Inet4Address address) {
        return ByteBuffer.wrap(address.getAddress()).getInt();
    }

    private static InetAddress address(int bits) {
        try {
            return InetAddress.getByAddress(
                    ByteBuffer.allocate(Integer.BYTES).putInt(bits).array());
        } catch (UnknownHostException ex) {
            throw new IllegalStateException("an address of IPv4 has four bytes", ex);
        }
    }

    /**
     * Tells an address from every other of this host. Java takes link-local addresses of several interfaces for one.
     *
     * @param address the address
     * @return the address, and its zone if it has one, for example {@code fe80::1%eth0}
     */
    public static String name(InetAddress address) {
        return address.getHostAddress();
    }

    /**
     * Tells whether an address is a broadcast address of IPv4.
     *
     * @param address the address
     * @return whether it is that of the local network, or of a network that an interface is in
     */
    public static boolean isBroadcast(InetAddress address) {
        return broadcast.contains(address);
    }

    /** Where the interfaces come from. */
    @FunctionalInterface
    interface Interfaces {

        Enumeration<NetworkInterface> get() throws SocketException;
    }
}
