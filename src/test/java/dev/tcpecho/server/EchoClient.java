package dev.tcpecho.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.StandardConstants;

/** A client on Java's blocking sockets, so that none of the service's own library is on both sides. */
public final class EchoClient implements AutoCloseable {

    private static final Duration READ_TIMEOUT = Duration.ofSeconds(60);

    /** A thread for each task: clients block, and the common pool of a small machine has one thread. */
    public static final Executor THREADS = task -> {
        Thread thread = new Thread(task, "echo-client");
        thread.setDaemon(true);
        thread.start();
    };

    private final Socket socket;

    private EchoClient(Socket socket) {
        this.socket = socket;
    }

    public static EchoClient connect(InetSocketAddress server) throws IOException {
        return connect(server, 0);
    }

    /** Connects with a receive buffer of its own size, which the kernel then does not grow. */
    public static EchoClient connect(InetSocketAddress server, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setSoTimeout((int) READ_TIMEOUT.toMillis());
        socket.connect(server);
        return new EchoClient(socket);
    }

    /** Connects to a Unix socket. */
    public static EchoClient connect(Path server) throws IOException {
        return new EchoClient(UnixClientSocket.connect(UnixDomainSocketAddress.of(server)));
    }

    /** Starts TLS on top of this connection, which goes on below it. */
    public EchoClient startTls(SSLContext context, String... protocols) throws IOException {
        SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(this.socket, "localhost", 0, true);
        if (protocols.length > 0) {
            tls.setEnabledProtocols(protocols);
        }
        tls.startHandshake();
        return new EchoClient(tls);
    }

    /** Starts TLS and asks for a server, whose name may be none that a host can have. */
    public EchoClient startTlsWithServerName(SSLContext context, String serverName, String protocol)
            throws IOException {
        SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(this.socket, "localhost", 0, true);
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setServerNames(List.of(
                new SNIServerName(StandardConstants.SNI_HOST_NAME, serverName.getBytes(StandardCharsets.US_ASCII)) {}));
        parameters.setProtocols(new String[] {protocol});
        tls.setSSLParameters(parameters);
        tls.startHandshake();
        return new EchoClient(tls);
    }

    /** Asks for another handshake on a TLS 1.2 connection, and for new keys on one of TLS 1.3. */
    public void repeatHandshake() throws IOException {
        ((SSLSocket) this.socket).startHandshake();
    }

    /** The certificate of the server that this client sees. */
    public Certificate serverCertificate() throws IOException {
        return ((SSLSocket) this.socket).getSession().getPeerCertificates()[0];
    }

    /** Sends everything in chunks of random sizes up to a maximum, and then ends the stream. */
    public CompletableFuture<Void> sendAndHalfClose(byte[] payload, int maxChunk, RandomGenerator random) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        OutputStream out = this.socket.getOutputStream();
                        for (int offset = 0; offset < payload.length; ) {
                            int chunk = Math.min(1 + random.nextInt(maxChunk), payload.length - offset);
                            out.write(payload, offset, chunk);
                            offset += chunk;
                        }
                        this.socket.shutdownOutput();
                    } catch (IOException ex) {
                        throw new UncheckedIOException(ex);
                    }
                },
                THREADS);
    }

    /** Sends as much as the server takes until the connection is closed. */
    public void sendInBackground(byte[] payload) {
        CompletableFuture<Void> unused = CompletableFuture.runAsync(
                () -> {
                    try {
                        send(payload);
                    } catch (IOException ex) {
                        // The connection was closed, which is what this waits for.
                    }
                },
                THREADS);
    }

    public void send(byte[] payload) throws IOException {
        this.socket.getOutputStream().write(payload);
    }

    /** Sends a byte that the kernel marks as urgent. */
    public void sendUrgent(int value) throws IOException {
        this.socket.sendUrgentData(value);
    }

    public void halfClose() throws IOException {
        this.socket.shutdownOutput();
    }

    /** Reads exactly as many bytes, or fewer if the stream ends before. */
    public byte[] read(int length) throws IOException {
        return this.socket.getInputStream().readNBytes(length);
    }

    /** Reads to the end of the stream. */
    public byte[] readToEnd() throws IOException {
        return this.socket.getInputStream().readAllBytes();
    }

    /** Reads to the end of the stream, a chunk at a time with a pause after each, as a slow client does. */
    public byte[] readToEndSlowly(int chunk, Duration pause) throws IOException, InterruptedException {
        InputStream in = this.socket.getInputStream();
        ByteArrayOutputStream echo = new ByteArrayOutputStream();
        for (byte[] bytes = in.readNBytes(chunk); bytes.length > 0; bytes = in.readNBytes(chunk)) {
            echo.writeBytes(bytes);
            Thread.sleep(pause.toMillis());
        }
        return echo.toByteArray();
    }

    /** Ends the connection with a reset in place of an orderly close. */
    public void reset() throws IOException {
        this.socket.setSoLinger(true, 0);
        this.socket.close();
    }

    @Override
    public void close() throws IOException {
        this.socket.close();
    }
}
