package dev.tcpecho.server;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.tcpecho.EchoProperties;
import dev.tcpecho.EchoProperties.Listener;
import dev.tcpecho.channel.BoundedReceiveBuffers;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * What this process has to serve connections with.
 *
 * @param freeDescriptors how many files and sockets it may still open
 * @param directMemory how many bytes its buffers may take
 */
record ProcessResources(long freeDescriptors, long directMemory) {

    /**
     * The most bytes for a connection in plain text: those that {@link BoundedReceiveBuffers} lets it hold, and their
     * allocator's.
     */
    static final int PLAIN_CONNECTION = 128 * 1024;

    /**
     * The most bytes held for a connection with TLS, which also keeps records that are not whole yet, and what the TLS
     * engine itself answers to all that one read can hold.
     */
    static final int TLS_CONNECTION = 4 * PLAIN_CONNECTION;

    /** For the management port, and for what Java opens later. */
    private static final int RESERVED_DESCRIPTORS = 64;

    private static final int MIB = 1024 * 1024;

    /** What the process has now; a platform that does not tell has enough. */
    static ProcessResources current() {
        long free = (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system)
                ? system.getMaxFileDescriptorCount() - system.getOpenFileDescriptorCount()
                : Long.MAX_VALUE;
        return new ProcessResources(free, PlatformDependent.maxDirectMemory());
    }

    /** Returns a sentence for each thing that does not suffice for as many connections as are allowed. */
    List<String> shortages(EchoProperties properties) {
        int connections = properties.limits().connections();
        List<String> shortages = new ArrayList<>();
        long descriptors = this.freeDescriptors - RESERVED_DESCRIPTORS;
        if (connections > descriptors) {
            shortages.add(("echo.limits.connections is %s, but this process can open only about %s connections:"
                            + " raise its limit of open files (ulimit -n, LimitNOFILE) by %s or more, or lower the property")
                    .formatted(connections, Math.max(0, descriptors), connections - descriptors));
        }
        long bytes = (long) connections * bytesPerConnection(properties);
        if (bytes > this.directMemory) {
            shortages.add(
                    ("echo.limits.connections is %s, and so many clients that do not read can make the service hold"
                                    + " %s MiB, but its direct memory is limited to %s MiB:"
                                    + " raise -XX:MaxDirectMemorySize or lower the property")
                            .formatted(connections, bytes / MIB, this.directMemory / MIB));
        }
        return shortages;
    }

    private static int bytesPerConnection(EchoProperties properties) {
        boolean tls = properties.listeners().values().stream().anyMatch(Listener::hasTls);
        return tls ? TLS_CONNECTION : PLAIN_CONNECTION;
    }
}
