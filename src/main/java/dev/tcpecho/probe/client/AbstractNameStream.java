package dev.tcpecho.probe.client;

import dev.tcpecho.transport.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@link UnixStream} of an abstract name, through Netty's epoll: Java's own channel takes the path of a file alone. */
final class AbstractNameStream implements UnixStream {

    private static final byte[] END = {};

    private final EventLoopGroup group;

    private final DuplexChannel channel;

    private final Received received;

    /** What has come and was not read, if anything. */
    private byte[] current = END;

    private int used;

    private AbstractNameStream(EventLoopGroup group, DuplexChannel channel, Received received) {
        this.group = group;
        this.channel = channel;
        this.received = received;
    }

    /** What has come. It stays small, as Netty reads only when it is asked to. */
    private static final class Received extends ChannelInboundHandlerAdapter {

        private final BlockingQueue<byte[]> bytes = new LinkedBlockingQueue<>();

        private volatile @Nullable Throwable failure;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf buffer = (ByteBuf) message;
            if (buffer.isReadable()) {
                this.bytes.add(ByteBufUtil.getBytes(buffer));
            }
            buffer.release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                this.bytes.add(END);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            this.failure = cause;
            this.bytes.add(END);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (this.failure == null) {
                this.failure = new SocketException("Socket closed");
            }
            this.bytes.add(END);
        }
    }

    /** Connects. The kernel answers at once. */
    static AbstractNameStream connect(DomainSocketAddress address) throws IOException {
        Throwable unavailable = Transport.EPOLL.unavailabilityCause();
        if (unavailable != null) {
            throw new IOException("abstract names need Linux and Netty's epoll: " + unavailable.getMessage());
        }
        // A connection waits for nothing while nobody reads.
        EventLoopGroup group = Transport.EPOLL.newEventLoopGroup(1, true);
        Received received = new Received();
        ChannelFuture connecting = new Bootstrap()
                .group(group)
                .channel(EpollDomainSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .handler(received)
                .connect(address);
        try {
            finish(connecting);
        } catch (IOException ex) {
            end(group);
            throw ex;
        }
        return new AbstractNameStream(group, (DuplexChannel) connecting.channel(), received);
    }

    @Override
    public int read(byte[] target, int offset, int length, int timeoutMillis) throws IOException {
        if (this.used == this.current.length && length > 0) {
            this.current = next(timeoutMillis);
            this.used = 0;
            if (this.current.length == 0) {
                return end();
            }
        }
        int read = Math.min(length, this.current.length - this.used);
        System.arraycopy(this.current, this.used, target, offset, read);
        this.used += read;
        return read;
    }

    private byte[] next(int timeoutMillis) throws IOException {
        byte[] next = this.received.bytes.poll();
        if (next != null) {
            return next;
        }
        this.channel.read();
        try {
            next = (timeoutMillis > 0)
                    ? this.received.bytes.poll(timeoutMillis, TimeUnit.MILLISECONDS)
                    : this.received.bytes.take();
        } catch (InterruptedException ex) {
            throw interrupted();
        }
        if (next == null) {
            throw new SocketTimeoutException("Read timed out");
        }
        return next;
    }

    private int end() throws IOException {
        // For whoever reads again.
        this.received.bytes.add(END);
        Throwable failure = this.received.failure;
        if (failure != null) {
            throw new IOException(failure.getMessage(), failure);
        }
        return -1;
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        finish(this.channel.writeAndFlush(Unpooled.copiedBuffer(source, offset, length)));
    }

    @Override
    public void endOutput() throws IOException {
        finish(this.channel.shutdownOutput());
    }

    private static void finish(ChannelFuture future) throws IOException {
        try {
            future.await();
        } catch (InterruptedException ex) {
            throw interrupted();
        }
        Throwable failure = future.cause();
        if (failure instanceof IOException io) {
            throw io;
        }
        if (failure != null) {
            throw new IOException(failure);
        }
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("the probe was interrupted");
    }

    /** Ends the waits too. */
    @Override
    public void close() {
        Channel closing = this.channel;
        closing.close();
        end(this.group);
    }

    private static void end(EventLoopGroup group) {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
