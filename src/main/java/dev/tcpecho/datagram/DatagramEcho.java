package dev.tcpecho.datagram;

import dev.tcpecho.behaviour.DatagramBehaviours;
import dev.tcpecho.metrics.DatagramMetrics;
import dev.tcpecho.metrics.DropReason;
import io.netty.channel.Channel;
import io.netty.channel.socket.DatagramPacket;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.netty.Connection;
import reactor.netty.udp.UdpInbound;
import reactor.netty.udp.UdpOutbound;
import reactor.netty.udp.UdpServer;

/**
 * Handler of a {@link UdpServer} that echoes each datagram (RFC 862) to where it came from, and never more than it got.
 * The datagrams of a socket are a {@link Flux}. Those that {@link DatagramFilter} does not drop go to
 * {@link DatagramWriter}, which sends them back.
 */
public final class DatagramEcho implements BiFunction<UdpInbound, UdpOutbound, Publisher<Void>> {

    private final DatagramFilter filter;

    private final DatagramBehaviours behaviours;

    private final DatagramMetrics metrics;

    private final DropLog drops;

    private final AtomicLong heldBytes = new AtomicLong();

    /**
     * Makes the handler of every socket of one listener.
     *
     * @param filter decides which datagrams are sent back
     * @param behaviours what becomes of them on the way
     * @param metrics what counts them
     * @param drops what counts those that are not sent back
     */
    public DatagramEcho(DatagramFilter filter, DatagramBehaviours behaviours, DatagramMetrics metrics, DropLog drops) {
        this.filter = filter;
        this.behaviours = behaviours;
        this.metrics = metrics;
        this.drops = drops;
    }

    /**
     * Echoes the datagrams of one socket.
     *
     * @param inbound the datagrams
     * @param outbound the way back; the same object
     * @return completes when the socket is closed
     */
    @Override
    public Publisher<Void> apply(UdpInbound inbound, UdpOutbound outbound) {
        Channel socket = ((Connection) inbound).channel();
        Flux<DatagramPacket> echo =
                inbound.receiveObject().cast(DatagramPacket.class).filter(datagram -> isEchoed(datagram, socket));
        return completion -> echo.subscribe(
                new DatagramWriter(socket, this.behaviours, this.heldBytes, this.metrics, this.drops, completion));
    }

    private boolean isEchoed(DatagramPacket datagram, Channel socket) {
        this.metrics.received(datagram.content().readableBytes());
        DropReason reason = this.filter.drops(datagram.sender());
        if (reason == null && SingleDatagramBuffers.isWithoutMemory(datagram)) {
            reason = DropReason.MEMORY;
        }
        if (reason != null) {
            this.drops.add(reason, datagram.sender().getAddress(), socket.eventLoop());
        }
        return reason == null;
    }
}
