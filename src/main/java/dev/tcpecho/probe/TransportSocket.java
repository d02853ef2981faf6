package dev.tcpecho.probe;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;

/**
 * {@link Socket} that knows whether its input was read to the end. Java's TLS on top of it takes that end, which anyone
 * on the way can make, for the close_notify that only the service can send.
 */
final class TransportSocket extends Socket {

    private volatile boolean inputAtEnd;

    boolean isInputAtEnd() {
        return this.inputAtEnd;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(super.getInputStream()) {

            @Override
            public int read() throws IOException {
                return noted(super.read());
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return noted(super.read(target, offset, length));
            }
        };
    }

    private int noted(int result) {
        if (result < 0) {
            this.inputAtEnd = true;
        }
        return result;
    }
}
