package dev.tcpecho.server;

import dev.tcpecho.datagram.DatagramFilter;
import dev.tcpecho.datagram.DatagramSignals;
import dev.tcpecho.datagram.DropLog;
import dev.tcpecho.metrics.DatagramMetrics;
import dev.tcpecho.metrics.DropReason;
import dev.tcpecho.transport.KernelDrops;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.UnixChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.FutureMono;

/**
 * Gets the datagrams for addresses of this host that no interface names, such as 127.0.0.2 or those of a {@code local}
 * route: opens the socket of the address, and passes the datagram on to it. Netty's epoll alone tells to which address
 * a datagram was sent, and of IPv4 alone.
 */
@Sharable
final class UnnamedAddresses extends SimpleChannelInboundHandler<DatagramPacket> {

    /** So many sockets are opened at most: a route can have a million addresses. */
    static final int MOST_ADDRESSES = 256;

    /** So many datagrams wait at most for their socket to be opened. */
    private static final int MOST_WAITING = 64;

    private final EventLoopGroup eventLoops;

    private final DatagramFilter filter;

    private final DatagramSockets sockets;

    private final boolean reusePort;

    private final DatagramMetrics metrics;

    private final DropLog drops;

    private final KernelDrops kernelDrops;

    private final Set<InetAddress> opened = new HashSet<>();

    private final AtomicInteger waiting = new AtomicInteger();

    private volatile Scheduler.@Nullable Worker opener;

    private @Nullable Channel channel;

    UnnamedAddresses(
            EventLoopGroup eventLoops,
            DatagramFilter filter,
            DatagramSockets sockets,
            boolean reusePort,
            DatagramMetrics metrics,
            DropLog drops,
            KernelDrops kernelDrops) {
        this.eventLoops = eventLoops;
        this.filter = filter;
        this.sockets = sockets;
        this.reusePort = reusePort;
        this.metrics = metrics;
        this.drops = drops;
        this.kernelDrops = kernelDrops;
    }

    /**
     * Takes the port on every address of IPv4, alone unless it may be shared. The sockets of single addresses then
     * share it, and the kernel prefers them.
     *
     * @param port the port, or 0 for any free one
     * @return the port
     * @throws RuntimeException if it cannot be bound
     */
    int open(int port) {
        this.opener = Schedulers.boundedElastic().createWorker();
        Channel bound = new Bootstrap()
                .group(this.eventLoops)
                .channelFactory(() -> new EpollDatagramChannel(SocketProtocolFamily.INET))
                .option(EpollChannelOption.IP_RECVORIGDSTADDR, true)
                .option(UnixChannelOption.SO_REUSEPORT, this.reusePort)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(DatagramFilter.MOST_BYTES))
                .handler(this)
                .bind(new InetSocketAddress("0.0.0.0", port))
                .syncUninterruptibly()
                .channel();
        bound.config().setOption(UnixChannelOption.SO_REUSEPORT, true);
        bound.pipeline().addLast("echo.datagram-signals", DatagramSignals.HANDLER);
        this.channel = bound;
        this.kernelDrops.add((InetSocketAddress) bound.localAddress());
        return ((InetSocketAddress) bound.localAddress()).getPort();
    }

    Mono<Void> close() {
        Channel closing = this.channel;
        if (closing == null) {
            return Mono.empty();
        }
        this.kernelDrops.remove((InetSocketAddress) closing.localAddress());
        return FutureMono.from(closing.close())
                .doFinally(signal -> Objects.requireNonNull(this.opener).dispose());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket datagram) {
        InetAddress destination = datagram.recipient().getAddress();
        if (DatagramFilter.isForMany(destination)) {
            drop(datagram, DropReason.BROADCAST);
            return;
        }
        this.sockets
                .find(destination)
                .ifPresentOrElse(socket -> passOn(socket, datagram.retain()), () -> passOnLater(datagram));
    }

    private void passOnLater(DatagramPacket datagram) {
        // Who gets no answer must not use up the sockets of those who do.
        DropReason refused = this.filter.refuses(datagram.sender());
        if (refused != null) {
            drop(datagram, refused);
            return;
        }
        if (this.waiting.incrementAndGet() > MOST_WAITING) {
            this.waiting.decrementAndGet();
            drop(datagram, DropReason.MEMORY);
            return;
        }
        DatagramPacket kept = datagram.retain();
        Objects.requireNonNull(this.opener).schedule(() -> {
            this.waiting.decrementAndGet();
            openFor(kept);
        });
    }

    /** Runs on one thread at a time, which may be blocked. */
    private void openFor(DatagramPacket datagram) {
        InetAddress destination = datagram.recipient().getAddress();
        try {
            if (this.opened.size() >= MOST_ADDRESSES && !this.opened.contains(destination)) {
                throw new IllegalStateException("as many addresses are open as may be");
            }
            this.sockets.open(destination, datagram.recipient().getPort());
            this.opened.add(destination);
            this.sockets
                    .find(destination)
                    .ifPresentOrElse(
                            socket -> passOn(socket, datagram.retain()), () -> drop(datagram, DropReason.ERROR));
        } catch (RuntimeException ex) {
            drop(datagram, DropReason.ERROR);
        } finally {
            datagram.release();
        }
    }

    private static void passOn(Channel socket, DatagramPacket datagram) {
        socket.eventLoop().execute(() -> {
            socket.pipeline().fireChannelRead(datagram);
            socket.pipeline().fireChannelReadComplete();
        });
    }

    private void drop(DatagramPacket datagram, DropReason reason) {
        this.metrics.received(datagram.content().readableBytes());
        this.drops.add(reason, datagram.sender().getAddress(), this.eventLoops.next());
    }
}
