package dev.tcpecho.server;

import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.EchoProperties.Listener;
import dev.tcpecho.behaviour.ListenerBehaviours;
import dev.tcpecho.datagram.DatagramEcho;
import dev.tcpecho.datagram.DatagramFilter;
import dev.tcpecho.datagram.DropLog;
import dev.tcpecho.metrics.DatagramMetrics;
import dev.tcpecho.transport.KernelDrops;
import dev.tcpecho.transport.Transport;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoopGroup;
import reactor.netty.udp.UdpServer;

/** Makes the listeners of datagrams, which share one filter: a datagram of one of them is none for another. */
final class DatagramListeners {

    private final UdpServer udpServer;

    private final EventLoopGroup eventLoops;

    private final Transport transport;

    private final DatagramFilter filter;

    private final MeterRegistry registry;

    DatagramListeners(
            UdpServer udpServer,
            EventLoopGroup eventLoops,
            Transport transport,
            Limits limits,
            MeterRegistry registry) {
        this.udpServer = udpServer;
        this.eventLoops = eventLoops;
        this.transport = transport;
        this.filter = new DatagramFilter(limits);
        this.registry = registry;
    }

    DatagramListener newListener(String name, Listener listener, ListenerBehaviours behaviours) {
        KernelDrops kernelDrops = new KernelDrops();
        DatagramMetrics metrics = new DatagramMetrics(this.registry, name, kernelDrops);
        DropLog drops = new DropLog(name, metrics);
        UdpServer server = this.udpServer.handle(new DatagramEcho(this.filter, behaviours, metrics, drops));
        DatagramSockets sockets =
                new DatagramSockets(name, server, this.transport.reusePort(), listener.reusePort(), kernelDrops);
        return new DatagramListener(
                name,
                listener,
                this.filter,
                sockets,
                (this.transport == Transport.EPOLL)
                        ? new UnnamedAddresses(
                                this.eventLoops,
                                this.filter,
                                sockets,
                                listener.reusePort(),
                                metrics,
                                drops,
                                kernelDrops)
                        : null);
    }
}
