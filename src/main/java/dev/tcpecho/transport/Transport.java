package dev.tcpecho.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.NettyRuntime;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A way to reach the kernel's sockets. */
public enum Transport {

    /** Java's own, on every platform. */
    NIO(
            () -> null,
            NioIoHandler::newFactory,
            NioSocketChannel::new,
            NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT),
            UrgentBytes.inlineOnNio()),

    /** Linux's epoll, through Netty's native library. */
    EPOLL(
            Epoll::unavailabilityCause,
            EpollIoHandler::newFactory,
            EpollSocketChannel::new,
            UnixChannelOption.SO_REUSEPORT,
            UrgentBytes.inlineOnUnix()),

    /** Linux's io_uring, through Netty's native library; container runtimes commonly forbid it. */
    IO_URING(
            IoUring::unavailabilityCause,
            IoUringIoHandler::newFactory,
            IoUringSocketChannel::new,
            UnixChannelOption.SO_REUSEPORT,
            UrgentBytes.inlineOnUnix());

    static {
        // Netty arms a multishot accept again whenever it fails: it would spin while there are no descriptors.
        System.setProperty("io.netty.iouring.acceptMultiShotEnabled", "false");
    }

    private final Supplier<@Nullable Throwable> unavailabilityCause;

    private final Supplier<IoHandlerFactory> ioHandlerFactory;

    private final ChannelFactory<SocketChannel> clients;

    private final ChannelOption<Boolean> reusePort;

    private final Consumer<Channel> urgentBytesInline;

    Transport(
            Supplier<@Nullable Throwable> unavailabilityCause,
            Supplier<IoHandlerFactory> ioHandlerFactory,
            ChannelFactory<SocketChannel> clients,
            ChannelOption<Boolean> reusePort,
            Consumer<Channel> urgentBytesInline) {
        this.unavailabilityCause = unavailabilityCause;
        this.ioHandlerFactory = ioHandlerFactory;
        this.clients = clients;
        this.reusePort = reusePort;
        this.urgentBytesInline = urgentBytesInline;
    }

    /**
     * Returns why this process cannot use this transport.
     *
     * @return the reason, or {@code null} if the transport can be used
     */
    public @Nullable Throwable unavailabilityCause() {
        return this.unavailabilityCause.get();
    }

    /** Returns what makes a client's channels. */
    public ChannelFactory<SocketChannel> clients() {
        return this.clients;
    }

    /**
     * Returns the option that lets several sockets listen on one port.
     *
     * @return this transport's name for {@code SO_REUSEPORT}
     */
    public ChannelOption<Boolean> reusePort() {
        return this.reusePort;
    }

    /**
     * Keeps a byte that a client sends as urgent where it stands in the stream.
     *
     * @param accepted a channel of this transport that has not read yet
     */
    public void keepUrgentBytesInline(Channel accepted) {
        this.urgentBytesInline.accept(accepted);
    }

    /**
     * Returns what a server binds to listen on a Unix socket.
     *
     * @param path its path, or a NUL character and its abstract name
     * @return the address as this transport takes it
     */
    public SocketAddress unixAddress(String path) {
        return (this == NIO) ? UnixDomainSocketAddress.of(path) : new DomainSocketAddress(path);
    }

    /**
     * Tells whether a Unix socket may have an abstract name.
     *
     * @return whether it may, in place of a path
     */
    public boolean hasAbstractNames() {
        return this != NIO;
    }

    /**
     * Starts the event loops that serve every connection, one for each processor.
     *
     * @param connectionsMayWait whether a connection may ever wait for neither input nor output
     * @return a group of daemon threads, for the caller to shut down
     */
    public EventLoopGroup newEventLoopGroup(boolean connectionsMayWait) {
        return newEventLoopGroup(NettyRuntime.availableProcessors(), connectionsMayWait);
    }

    /**
     * Starts event loops.
     *
     * @param eventLoops how many, 1 or more
     * @param connectionsMayWait whether a connection may ever wait for neither input nor output
     * @return a group of daemon threads, for the caller to shut down
     */
    public EventLoopGroup newEventLoopGroup(int eventLoops, boolean connectionsMayWait) {
        return new MultiThreadIoEventLoopGroup(
                eventLoops,
                new DefaultThreadFactory("echo-" + this, true),
                (connectionsMayWait && this == EPOLL)
                        ? InterestKeepingIoHandler.newFactory()
                        : this.ioHandlerFactory.get()) {

            @Override
            public Future<?> shutdownGracefully() {
                // Netty's default of 2 seconds is for tasks still to come; here the listeners are closed before.
                return shutdownGracefully(0, 5, TimeUnit.SECONDS);
            }
        };
    }

    /** Returns the name as it is written in the configuration, for example {@code io-uring}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
