package dev.tcpecho.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A Unix socket as a {@link Socket}, which Java's TLS needs, and which Java has for TCP alone. */
final class UnixClientSocket extends Socket {

    private final SocketChannel channel;

    private UnixClientSocket(SocketChannel channel) {
        this.channel = channel;
    }

    static UnixClientSocket connect(UnixDomainSocketAddress server) throws IOException {
        return new UnixClientSocket(SocketChannel.open(server));
    }

    @Override
    public InputStream getInputStream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return (read(one, 0, 1) < 0) ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return (length == 0) ? 0 : UnixClientSocket.this.channel.read(ByteBuffer.wrap(bytes, offset, length));
            }
        };
    }

    @Override
    public OutputStream getOutputStream() {
        return new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                UnixClientSocket.this.channel.write(ByteBuffer.wrap(bytes, offset, length));
            }
        };
    }

    @Override
    public void shutdownOutput() throws IOException {
        this.channel.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        this.channel.close();
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isClosed() {
        return !this.channel.isOpen();
    }

    /** What TLS asks for, where there is no address. */
    @Override
    public InetAddress getInetAddress() {
        return InetAddress.getLoopbackAddress();
    }
}
