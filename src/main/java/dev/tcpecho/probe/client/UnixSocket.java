package dev.tcpecho.probe.client;

import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@link TransportSocket} of a Unix socket. Java's TLS takes nothing but a {@link java.net.Socket} to speak over. */
final class UnixSocket extends TransportSocket {

    /** The kernel does not tell when the service has accepted one that waits. */
    private static final Duration PAUSE = Duration.ofMillis(10);

    private volatile @Nullable UnixStream stream;

    private volatile int readTimeoutMillis;

    private volatile boolean outputShutdown;

    private volatile boolean closed;

    /**
     * Connects. While more connections wait for the service than its backlog holds, tries again.
     *
     * @param timeoutMillis how long to try
     */
    @Override
    public void connect(SocketAddress address, int timeoutMillis) throws IOException {
        long start = System.nanoTime();
        while (true) {
            try {
                this.stream = open(address);
                return;
            } catch (IOException ex) {
                if (!String.valueOf(ex.getMessage()).contains("temporarily unavailable")) {
                    throw UnixFailure.explain(address, ex);
                }
            }
            if (Duration.ofNanos(System.nanoTime() - start).toMillis() >= timeoutMillis) {
                throw new SocketTimeoutException("the service accepts no more connections, and its backlog is full");
            }
            try {
                Thread.sleep(PAUSE.toMillis());
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("the probe was interrupted");
            }
        }
    }

    private static UnixStream open(SocketAddress address) throws IOException {
        return (address instanceof UnixDomainSocketAddress path)
                ? PathStream.connect(path)
                : AbstractNameStream.connect((DomainSocketAddress) address);
    }

    private UnixStream stream() throws SocketException {
        UnixStream connected = this.stream;
        if (connected == null || this.closed) {
            throw new SocketException(this.closed ? "Socket is closed" : "Socket is not connected");
        }
        return connected;
    }

    @Override
    InputStream transportInput() {
        return new InputStream() {

            @Override
            public int read() throws IOException {
                byte[] single = new byte[1];
                return (read(single, 0, 1) < 0) ? -1 : Byte.toUnsignedInt(single[0]);
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return stream().read(target, offset, length, UnixSocket.this.readTimeoutMillis);
            }
        };
    }

    @Override
    public OutputStream getOutputStream() {
        return new OutputStream() {

            @Override
            public void write(int single) throws IOException {
                write(new byte[] {(byte) single}, 0, 1);
            }

            @Override
            public void write(byte[] source, int offset, int length) throws IOException {
                stream().write(source, offset, length);
            }
        };
    }

    @Override
    public void setSoTimeout(int millis) {
        this.readTimeoutMillis = millis;
    }

    @Override
    public int getSoTimeout() {
        return this.readTimeoutMillis;
    }

    @Override
    public void shutdownOutput() throws IOException {
        stream().endOutput();
        this.outputShutdown = true;
    }

    @Override
    public boolean isOutputShutdown() {
        return this.outputShutdown;
    }

    @Override
    public boolean isConnected() {
        return this.stream != null;
    }

    @Override
    public boolean isClosed() {
        return this.closed;
    }

    @Override
    public void close() throws IOException {
        this.closed = true;
        UnixStream connected = this.stream;
        if (connected != null) {
            connected.close();
        }
    }
}
