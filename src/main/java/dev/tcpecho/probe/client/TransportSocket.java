package dev.tcpecho.probe.client;

import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketAddress;

/**
 * {@link Socket} that knows the first bytes of its input, and whether it was read to the end. Java's TLS on top of it
 * tells neither: it takes that end, which anyone on the way can make, for the close_notify that only the service can
 * send.
 */
class TransportSocket extends Socket {

    private final ByteArrayOutputStream firstBytes = new ByteArrayOutputStream(LikelyCause.FIRST_BYTES);

    private volatile boolean inputAtEnd;

    boolean isInputAtEnd() {
        return this.inputAtEnd;
    }

    /** Returns the first bytes that were read, {@link LikelyCause#FIRST_BYTES} at most. */
    byte[] firstBytes() {
        return this.firstBytes.toByteArray();
    }

    @Override
    public void connect(SocketAddress address, int timeoutMillis) throws IOException {
        // A message is to leave at once, however small it is.
        setTcpNoDelay(true);
        super.connect(address, timeoutMillis);
    }

    /** Returns the input as it is. */
    InputStream transportInput() throws IOException {
        return super.getInputStream();
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(transportInput()) {

            @Override
            public int read() throws IOException {
                byte[] single = new byte[1];
                return (read(single, 0, 1) < 0) ? -1 : Byte.toUnsignedInt(single[0]);
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                int read = super.read(target, offset, length);
                note(target, offset, read);
                return read;
            }
        };
    }

    private void note(byte[] bytes, int offset, int length) {
        if (length < 0) {
            this.inputAtEnd = true;
        } else {
            this.firstBytes.write(bytes, offset, Math.min(length, LikelyCause.FIRST_BYTES - this.firstBytes.size()));
        }
    }
}
