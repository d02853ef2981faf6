package dev.tcpecho.server;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.tcpecho.ConnectionLimit;
import dev.tcpecho.EchoProperties;
import dev.tcpecho.EchoProperties.Listener;
import dev.tcpecho.channel.BoundedReceiveBuffers;
import io.netty.util.NettyRuntime;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * What this process has to serve connections with.
 *
 * @param freeDescriptors how many files and sockets it may still open
 * @param directMemory how many bytes its buffers may take
 * @param eventLoops how many event loops serve its sockets
 */
public record ProcessResources(long freeDescriptors, long directMemory, int eventLoops) {

    /** Connections that the management port may have at the same time: a descriptor is kept back for each. */
    public static final int MANAGEMENT_CONNECTIONS = 16;

    /**
     * The most bytes for a connection in plain text: those that {@link BoundedReceiveBuffers} lets it hold, and their
     * allocator's.
     */
    static final int PLAIN_CONNECTION = 128 * 1024;

    /**
     * The most bytes held for a connection with TLS. It also keeps records that are not whole yet, and what the TLS
     * engine itself answers to all that one read can hold.
     */
    static final int TLS_CONNECTION = 4 * PLAIN_CONNECTION;

    /** The most bytes of a UDP listener: 4 MiB of delayed datagrams, and 4 MiB of those that wait for a socket. */
    private static final int DATAGRAM_LISTENER = 8 * 1024 * 1024;

    /** What all UDP listeners of an event loop read into together. */
    private static final int DATAGRAM_EVENT_LOOP = 2 * 1024 * 1024;

    /** Connections that NIO accepts in a row, before any of them is admitted or closed. */
    private static final int ACCEPTED_IN_A_ROW = 16;

    /** What Java opens for moments, such as certificates and what /proc tells. */
    private static final int OPENED_FOR_MOMENTS = 8;

    private static final int KEPT_BACK = MANAGEMENT_CONNECTIONS + ACCEPTED_IN_A_ROW + OPENED_FOR_MOMENTS;

    private static final int MIB = 1024 * 1024;

    /** What the process has now; a platform that does not tell has enough. */
    static ProcessResources current() {
        long free = (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system)
                ? system.getMaxFileDescriptorCount() - system.getOpenFileDescriptorCount()
                : Long.MAX_VALUE;
        return new ProcessResources(free, PlatformDependent.maxDirectMemory(), NettyRuntime.availableProcessors());
    }

    /**
     * Returns how many connections may be open, without taking the descriptors that are kept back: 1 or more. Where the
     * limit is {@code auto}, so many clients that do not read get the memory they can take, too.
     */
    int connections(EchoProperties properties) {
        ConnectionLimit limit = properties.limits().connections();
        long most = Math.min(limit.most(), byDescriptors(properties));
        return (int) Math.max(1, limit.isAuto() ? Math.min(most, byMemory(properties)) : most);
    }

    /** Tells, in a sentence's end, why {@code auto} is fewer connections than its most; empty if it is not. */
    String reasonForFewer(EchoProperties properties) {
        ConnectionLimit limit = properties.limits().connections();
        if (!limit.isAuto() || connections(properties) == limit.most()) {
            return "";
        }
        return (byMemory(properties) < byDescriptors(properties))
                ? ", by direct memory"
                : ", by the limit of open files";
    }

    private long byDescriptors(EchoProperties properties) {
        // Where little is left, connections and what is kept back get half of it each.
        return this.freeDescriptors - Math.min(keptBack(properties), this.freeDescriptors / 2);
    }

    /** A listener of datagrams on every address opens sockets when the first datagrams come for them. */
    private static long keptBack(EchoProperties properties) {
        long listeners = properties.listeners().values().stream()
                .filter(Listener::isUdp)
                .filter(listener -> List.of("::", "0.0.0.0").contains(listener.address()))
                .count();
        return KEPT_BACK + listeners * UnnamedAddresses.MOST_ADDRESSES;
    }

    private long byMemory(EchoProperties properties) {
        return (this.directMemory - datagramBytes(properties)) / bytesPerConnection(properties);
    }

    /** Returns a sentence for each thing that does not suffice for as many connections as somebody has set. */
    List<String> shortages(EchoProperties properties) {
        ConnectionLimit limit = properties.limits().connections();
        if (limit.isAuto()) {
            return List.of();
        }
        List<String> shortages = new ArrayList<>();
        int possible = connections(properties);
        if (limit.most() > possible) {
            shortages.add(("echo.limits.connections is %s, but this process can open only %s connections:"
                            + " raise its limit of open files (ulimit -n, LimitNOFILE) by %s or more, or lower the property")
                    .formatted(limit, possible, limit.most() + keptBack(properties) - this.freeDescriptors));
        }
        long bytes = (long) limit.most() * bytesPerConnection(properties) + datagramBytes(properties);
        if (bytes > this.directMemory) {
            shortages.add(
                    ("echo.limits.connections is %s, and so many clients that do not read can make the service hold"
                                    + " %s MiB, but its direct memory is limited to %s MiB:"
                                    + " raise -XX:MaxDirectMemorySize, or lower the property or set it to auto")
                            .formatted(limit, bytes / MIB, this.directMemory / MIB));
        }
        return shortages;
    }

    private static int bytesPerConnection(EchoProperties properties) {
        boolean tls = properties.listeners().values().stream().anyMatch(Listener::hasTls);
        return tls ? TLS_CONNECTION : PLAIN_CONNECTION;
    }

    private long datagramBytes(EchoProperties properties) {
        long listeners =
                properties.listeners().values().stream().filter(Listener::isUdp).count();
        return (listeners == 0) ? 0 : listeners * DATAGRAM_LISTENER + (long) this.eventLoops * DATAGRAM_EVENT_LOOP;
    }
}
