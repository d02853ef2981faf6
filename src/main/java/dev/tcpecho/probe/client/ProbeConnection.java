package dev.tcpecho.probe.client;

import dev.tcpecho.probe.cli.Units;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSocket;

/** A connection to an echo service, with TLS or without, and how long it took to make. */
public final class ProbeConnection implements Closeable {

    private final ConnectSettings settings;

    private final TransportSocket transport;

    private final SocketAddress remote;

    private final List<Refusal> refusals;

    private final long connectNanos;

    private Socket socket;

    private long handshakeNanos;

    private ProbeConnection(
            ConnectSettings settings,
            TransportSocket transport,
            SocketAddress remote,
            List<Refusal> refusals,
            long connectNanos) {
        this.settings = settings;
        this.transport = transport;
        this.remote = remote;
        this.refusals = refusals;
        this.connectNanos = connectNanos;
        this.socket = transport;
    }

    /**
     * Connects to an address, and makes the TLS handshake if there is to be one.
     *
     * @param refusals what the addresses said that were tried before
     * @throws IOException if the address does not accept
     * @throws NotConnectedException if it accepts, and there is no handshake
     */
    static ProbeConnection open(ConnectSettings settings, SocketAddress address, List<Refusal> refusals)
            throws IOException, NotConnectedException {
        TransportSocket transport = (address instanceof InetSocketAddress) ? new TransportSocket() : new UnixSocket();
        ProbeConnection connection;
        try {
            long start = System.nanoTime();
            transport.connect(address, (int) settings.timeout().toMillis());
            connection = new ProbeConnection(settings, transport, address, refusals, System.nanoTime() - start);
            connection.requireOtherEnd();
            connection.sendProxyHeader();
        } catch (IOException ex) {
            transport.close();
            throw ex;
        }
        connection.startTls();
        return connection;
    }

    private void requireOtherEnd() throws SelfConnectedException {
        if (this.remote.equals(this.transport.getLocalSocketAddress())) {
            throw new SelfConnectedException();
        }
    }

    private void sendProxyHeader() throws IOException {
        SentProxyHeader header = this.settings.proxyHeader();
        if (header != null) {
            this.transport.getOutputStream().write(header.bytes(this.transport.getLocalSocketAddress(), this.remote));
        }
    }

    private void startTls() throws NotConnectedException {
        ClientTls tls = this.settings.tls();
        if (tls == null) {
            return;
        }
        try {
            long start = System.nanoTime();
            SSLSocket encrypted = tls.over(this.transport, this.settings.target());
            encrypted.setSoTimeout((int) this.settings.timeout().toMillis());
            encrypted.startHandshake();
            encrypted.setSoTimeout(0);
            this.handshakeNanos = System.nanoTime() - start;
            this.socket = encrypted;
        } catch (IOException ex) {
            close();
            String cause = this.settings.likelyCause().ofFailedHandshake(this.transport.firstBytes(), ex);
            throw new NotConnectedException(
                    "cannot connect to %s: %s%s".formatted(this.settings.target(), ex.getMessage(), cause), ex);
        }
    }

    /** Describes how the connection was made, in one line. */
    public String description() {
        String connected = "connected to %s in %s%s"
                .formatted(
                        Target.of(this.remote),
                        Units.millis(this.connectNanos),
                        this.refusals.isEmpty() ? "" : ", after " + Refusal.join(this.refusals));
        if (!(this.socket instanceof SSLSocket tls)) {
            return connected;
        }
        String protocol = tls.getApplicationProtocol();
        return "%s, handshake of %s%s in %s"
                .formatted(
                        connected,
                        tls.getSession().getProtocol(),
                        protocol.isEmpty() ? "" : " with " + protocol,
                        Units.millis(this.handshakeNanos));
    }

    /** Returns how the connection was made, as fields of an event. */
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("address", Target.of(this.remote).toString());
        fields.put("connectMillis", this.connectNanos / 1_000 / 1e3);
        if (!this.refusals.isEmpty()) {
            fields.put("refused", this.refusals.stream().map(Refusal::toString).toList());
        }
        if (this.socket instanceof SSLSocket tls) {
            fields.put("handshakeMillis", this.handshakeNanos / 1_000 / 1e3);
            fields.put("tlsVersion", tls.getSession().getProtocol());
            fields.put("applicationProtocol", tls.getApplicationProtocol());
        }
        return fields;
    }

    /** Returns what tells why nothing, or something else, comes back. */
    public LikelyCause likelyCause() {
        return this.settings.likelyCause();
    }

    private boolean hasTls() {
        return this.socket != this.transport;
    }

    /** Returns the bytes of the service, which TLS has decrypted. */
    public InputStream input() throws IOException {
        return this.socket.getInputStream();
    }

    /** Returns the way to the service. */
    public OutputStream output() throws IOException {
        return this.socket.getOutputStream();
    }

    /**
     * Tells a clean end of the service's stream from a truncated one, once it was read to its end.
     *
     * @throws EOFException if TLS was to end it, and did not
     */
    public void requireCleanEnd() throws EOFException {
        if (hasTls() && this.transport.isInputAtEnd()) {
            throw new EOFException("its end came without TLS's close_notify");
        }
    }

    /** Tells whether our stream may end while bytes are to come; whoever gets close_notify in TLS 1.2 may drop them. */
    public boolean canEndOutputEarly() {
        return !(this.socket instanceof SSLSocket tls)
                || tls.getSession().getProtocol().equals("TLSv1.3");
    }

    /**
     * Limits how long each read waits, which is for ever unless this is called with more than zero.
     *
     * @param limit from 1 ms to 24 days, or zero for ever
     */
    public void limitReads(Duration limit) throws IOException {
        this.socket.setSoTimeout((int) limit.toMillis());
    }

    /** Ends our stream, while the service's goes on. */
    public void endOutput() throws IOException {
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
