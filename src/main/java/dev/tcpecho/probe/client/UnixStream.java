package dev.tcpecho.probe.client;

import java.io.Closeable;
import java.io.IOException;

/** The two streams of a Unix socket that has connected. One thread may read while another one writes or closes it. */
interface UnixStream extends Closeable {

    /**
     * Waits for bytes.
     *
     * @param timeoutMillis how long to wait, or 0 for ever
     * @return how many have come, or -1 at the end of the stream
     * @throws java.net.SocketTimeoutException if none come in time
     */
    int read(byte[] target, int offset, int length, int timeoutMillis) throws IOException;

    /** Returns when the kernel has taken all bytes. */
    void write(byte[] source, int offset, int length) throws IOException;

    /** Ends our stream, while the other one goes on. */
    void endOutput() throws IOException;
}
