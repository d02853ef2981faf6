package dev.tcpecho.probe.load;

import dev.tcpecho.probe.client.ClientTls;
import dev.tcpecho.probe.client.ConnectSettings;
import dev.tcpecho.probe.client.SelfConnectedException;
import dev.tcpecho.probe.client.Target;
import dev.tcpecho.transport.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Opens the channels of connections, with TLS or without. */
final class ClientChannels {

    private static final int SMALLEST_READ = 1024;

    private static final int LARGEST_READ = EchoPattern.MOST_AT_ONCE;

    /** Some of TLS's records at once, each of which has 16 KiB at most (RFC 8446, section 5.1). */
    private static final int TLS_READ = 64 * 1024;

    private final ConnectSettings settings;

    private final Bootstrap bootstrap;

    ClientChannels(ConnectSettings settings, LoadPlan plan, Transport transport) {
        this.settings = settings;
        this.bootstrap = new Bootstrap()
                .channelFactory(clients(settings.target(), transport))
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        plan.timeout().toMillis())
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new FixedRecvByteBufAllocator((settings.tls() != null) ? TLS_READ : readSize(plan)));
        if (settings.target() instanceof Target.Tcp) {
            // A message is to leave at once, however small it is.
            this.bootstrap.option(ChannelOption.TCP_NODELAY, true);
        }
    }

    private static ChannelFactory<? extends Channel> clients(Target target, Transport transport) {
        if (target instanceof Target.Tcp) {
            return transport.clients();
        }
        return (transport == Transport.EPOLL) ? EpollDomainSocketChannel::new : IoUringDomainSocketChannel::new;
    }

    /** Netty's own transports have an address of their own. */
    private static SocketAddress addressForNetty(SocketAddress address) {
        return (address instanceof UnixDomainSocketAddress path) ? new DomainSocketAddress(path.toString()) : address;
    }

    /** One read that is not filled is enough to have everything; after one that is, Netty reads again. */
    private static int readSize(LoadPlan plan) {
        long underWay = (long) plan.size() * plan.pipeline();
        return (int) Math.min(LARGEST_READ, Math.max(SMALLEST_READ, 2 * underWay));
    }

    /**
     * Opens a connection. The promise succeeds once it may send, behind the TLS handshake if there is one.
     *
     * @param loop whose it is to be
     * @param connection what reads and writes
     * @param address where to connect
     * @param whenOpen what to do with it before anything is read
     */
    Attempt open(LoadLoop loop, LoadConnection connection, SocketAddress address, Runnable whenOpen) {
        EventLoop eventLoop = loop.eventLoop();
        Promise<Void> opened = eventLoop.newPromise();
        Promise<Void> headerSent = eventLoop.newPromise();
        FirstContact firstContact = new FirstContact(this.settings.proxyHeader(), headerSent);
        SslHandler tls = tls();
        long start = System.nanoTime();
        ChannelFuture connecting = this.bootstrap
                .clone(eventLoop)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(firstContact);
                        if (tls != null) {
                            channel.pipeline().addLast(tls);
                        }
                        channel.pipeline().addLast(connection);
                    }
                })
                .connect(addressForNetty(address));
        Channel channel = connecting.channel();
        connecting.addListener(connected -> {
            if (!connected.isSuccess()) {
                opened.tryFailure(connected.cause());
            }
        });
        // Not once it is connected, which Netty tells first: the connection could send before the header.
        headerSent.addListener(sent -> {
            if (channel.localAddress() instanceof InetSocketAddress local && local.equals(channel.remoteAddress())) {
                opened.tryFailure(new SelfConnectedException());
                channel.close();
            } else {
                loop.figures().connected(System.nanoTime() - start);
                afterHandshake(tls, loop.figures(), whenOpen, opened);
            }
        });
        return new Attempt(opened, channel.closeFuture(), firstContact);
    }

    private static void afterHandshake(
            @Nullable SslHandler tls, LoopFigures figures, Runnable whenOpen, Promise<Void> opened) {
        if (tls == null) {
            whenOpen.run();
            opened.trySuccess(null);
            return;
        }
        long start = System.nanoTime();
        tls.handshakeFuture().addListener(handshake -> {
            if (handshake.isSuccess()) {
                figures.handshaken(System.nanoTime() - start);
                whenOpen.run();
                opened.trySuccess(null);
            } else {
                opened.tryFailure(handshake.cause());
            }
        });
    }

    private @Nullable SslHandler tls() {
        ClientTls tls = this.settings.tls();
        if (tls == null) {
            return null;
        }
        SslHandler handler = new SslHandler(tls.engine(this.settings.target()));
        handler.setHandshakeTimeout(this.settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
        return handler;
    }

    /**
     * A connection that is being opened.
     *
     * @param opened succeeds once the connection may send
     * @param closed succeeds once a connection that was open has closed
     * @param firstContact who knows the first bytes of the service
     */
    record Attempt(Promise<Void> opened, ChannelFuture closed, FirstContact firstContact) {}
}
