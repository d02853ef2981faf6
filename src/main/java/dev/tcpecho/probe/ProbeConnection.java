package dev.tcpecho.probe;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** A connection to an echo service, with TLS or without, and how long it took to make. */
final class ProbeConnection implements Closeable {

    private final TransportSocket transport;

    private final Socket socket;

    private final String description;

    private ProbeConnection(TransportSocket transport, Socket socket, String description) {
        this.transport = transport;
        this.socket = socket;
        this.description = description;
    }

    /** Connects to the target, and makes the handshake if there is to be TLS. */
    static ProbeConnection open(Target target, @Nullable SSLSocketFactory tls, Duration timeout)
            throws NotConnectedException {
        try {
            ProbeConnection connection = connect(InetAddress.getAllByName(target.host()), target.port(), timeout);
            return (tls == null) ? connection : connection.startTls(tls, target, timeout);
        } catch (UnknownHostException ex) {
            throw new NotConnectedException("cannot connect to %s: the host is not known".formatted(target), ex);
        } catch (IOException ex) {
            throw new NotConnectedException(
                    "cannot connect to %s: %s%s"
                            .formatted(target, ex.getMessage(), LikelyCause.ofNoConnection(ex, tls != null)),
                    ex);
        }
    }

    /** Connects to the first address that accepts, in their order; there is one at least. */
    static ProbeConnection connect(InetAddress[] addresses, int port, Duration timeout) throws IOException {
        IOException failure = new IOException("no address");
        for (InetAddress address : addresses) {
            TransportSocket socket = new TransportSocket();
            try {
                // A message is to leave at once, however small it is.
                socket.setTcpNoDelay(true);
                long start = System.nanoTime();
                socket.connect(new InetSocketAddress(address, port), (int) timeout.toMillis());
                String time = Units.millis(System.nanoTime() - start);
                return new ProbeConnection(
                        socket,
                        socket,
                        "connected to %s in %s".formatted(new Target(address.getHostAddress(), port), time));
            } catch (IOException ex) {
                socket.close();
                failure = ex;
            }
        }
        throw failure;
    }

    private ProbeConnection startTls(SSLSocketFactory factory, Target target, Duration timeout)
            throws NotConnectedException {
        try {
            long start = System.nanoTime();
            SSLSocket tls = (SSLSocket) factory.createSocket(this.socket, target.host(), target.port(), true);
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            tls.setSSLParameters(parameters);
            tls.setSoTimeout((int) timeout.toMillis());
            tls.startHandshake();
            tls.setSoTimeout(0);
            String time = Units.millis(System.nanoTime() - start);
            return new ProbeConnection(
                    this.transport,
                    tls,
                    "%s, handshake of %s in %s"
                            .formatted(this.description, tls.getSession().getProtocol(), time));
        } catch (IOException ex) {
            close();
            throw new NotConnectedException(
                    "cannot connect to %s: %s%s"
                            .formatted(
                                    target,
                                    ex.getMessage(),
                                    LikelyCause.ofFailedHandshake(this.transport.firstBytes(), ex)),
                    ex);
        }
    }

    String description() {
        return this.description;
    }

    boolean hasTls() {
        return this.socket != this.transport;
    }

    InputStream input() throws IOException {
        return this.socket.getInputStream();
    }

    OutputStream output() throws IOException {
        return this.socket.getOutputStream();
    }

    /**
     * Tells a clean end of the service's stream from a truncated one, once it was read to its end.
     *
     * @throws EOFException if TLS was to end it, and did not
     */
    void requireCleanEnd() throws EOFException {
        if (hasTls() && this.transport.isInputAtEnd()) {
            throw new EOFException("its end came without TLS's close_notify");
        }
    }

    /** Tells whether our stream may end while bytes are to come; whoever gets close_notify in TLS 1.2 may drop them. */
    boolean canEndOutputEarly() {
        return !(this.socket instanceof SSLSocket tls)
                || tls.getSession().getProtocol().equals("TLSv1.3");
    }

    /** Ends our stream, while the service's goes on. */
    void endOutput() throws IOException {
        this.socket.shutdownOutput();
    }

    /** Closes what is below TLS, which waits for nobody. */
    @Override
    public void close() {
        try {
            this.transport.close();
        } catch (IOException ex) {
            // It is closed all the same.
        }
    }
}
