package dev.tcpecho.probe.load;

import dev.tcpecho.probe.client.Connector;
import dev.tcpecho.transport.Transport;

/**
 * A load, and what drives it.
 *
 * @param connector what connects
 * @param plan what the load is to be
 * @param transport how to reach the kernel's sockets
 * @param threads how many event loops drive the connections, 1 or more
 */
record LoadSettings(Connector connector, LoadPlan plan, Transport transport, int threads) {}
