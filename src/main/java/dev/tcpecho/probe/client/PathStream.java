package dev.tcpecho.probe.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** {@link UnixStream} of a path, through Java's own channel. Selectors wait, as such a channel knows no timeout. */
final class PathStream implements UnixStream {

    private final SocketChannel channel;

    private final Selector readable;

    private final Selector writable;

    private PathStream(SocketChannel channel, Selector readable, Selector writable) {
        this.channel = channel;
        this.readable = readable;
        this.writable = writable;
    }

    /** Connects. The kernel answers at once. */
    static PathStream connect(UnixDomainSocketAddress address) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.configureBlocking(false);
            if (!channel.connect(address)) {
                throw new SocketException("Resource temporarily unavailable");
            }
            return new PathStream(
                    channel, selector(channel, SelectionKey.OP_READ), selector(channel, SelectionKey.OP_WRITE));
        } catch (IOException ex) {
            channel.close();
            throw ex;
        }
    }

    private static Selector selector(SocketChannel channel, int operation) throws IOException {
        Selector selector = Selector.open();
        channel.register(selector, operation);
        return selector;
    }

    @Override
    public int read(byte[] target, int offset, int length, int timeoutMillis) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(target, offset, length);
        long start = System.nanoTime();
        int read = this.channel.read(buffer);
        while (read == 0 && length > 0) {
            long left =
                    timeoutMillis - Duration.ofNanos(System.nanoTime() - start).toMillis();
            if (timeoutMillis > 0 && left <= 0) {
                throw new SocketTimeoutException("Read timed out");
            }
            await(this.readable, (timeoutMillis > 0) ? left : 0);
            read = this.channel.read(buffer);
        }
        return read;
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(source, offset, length);
        while (buffer.hasRemaining()) {
            if (this.channel.write(buffer) == 0) {
                await(this.writable, 0);
            }
        }
    }

    private static void await(Selector selector, long millis) throws IOException {
        try {
            selector.select(key -> {}, millis);
        } catch (ClosedSelectorException ex) {
            throw new SocketException("Socket closed");
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("the probe was interrupted");
        }
    }

    @Override
    public void endOutput() throws IOException {
        this.channel.shutdownOutput();
    }

    /** Ends the waits too. */
    @Override
    public void close() throws IOException {
        this.channel.close();
        this.readable.close();
        this.writable.close();
    }
}
