package dev.tcpecho.probe.load;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How many connections this process can open. */
final class Descriptors {

    /** What Java opens for moments, and a few for each event loop. */
    private static final int KEPT_BACK = 32;

    private static final int OF_AN_EVENT_LOOP = 4;

    private Descriptors() {}

    /** Returns how many sockets the process may still open beside some event loops, 0 or more. */
    static int forConnections(int eventLoops) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            long free = system.getMaxFileDescriptorCount() - system.getOpenFileDescriptorCount();
            return (int) Math.max(0, Math.min(Integer.MAX_VALUE, free - KEPT_BACK - OF_AN_EVENT_LOOP * eventLoops));
        }
        return Integer.MAX_VALUE;
    }
}
