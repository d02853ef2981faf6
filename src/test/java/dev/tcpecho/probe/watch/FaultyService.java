package dev.tcpecho.probe.watch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** An echo service with the faults that a test asks for. */
final class FaultyService implements AutoCloseable {

    /** From what came to what goes back, once. */
    private final AtomicReference<@Nullable UnaryOperator<byte[]>> fault = new AtomicReference<>();

    /** How often each client was echoed to. */
    private final Map<Socket, AtomicInteger> clients = new ConcurrentHashMap<>();

    private final AtomicInteger accepted = new AtomicInteger();

    private final int port;

    private final Object stall = new Object();

    private volatile @Nullable ServerSocket server;

    private volatile @Nullable Socket faultyClient;

    private volatile boolean stalled;

    private int held;

    private volatile boolean refusing;

    private volatile String greeting = "";

    private volatile @Nullable SSLContext tls;

    FaultyService() throws IOException {
        this.port = listen(0).getLocalPort();
    }

    FaultyService(SSLContext tls) throws IOException {
        this.tls = tls;
        this.port = listen(0).getLocalPort();
    }

    int port() {
        return this.port;
    }

    private ServerSocket listen(int listeningPort) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), listeningPort));
        this.server = socket;
        start(() -> accept(socket));
        return socket;
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept(ServerSocket socket) {
        try {
            while (true) {
                Socket client = socket.accept();
                this.clients.put(client, new AtomicInteger());
                this.accepted.incrementAndGet();
                if (this.refusing) {
                    socket.close();
                }
                start(() -> serve(client));
            }
        } catch (IOException ex) {
            // It is closed.
        }
    }

    private void serve(Socket accepted) {
        try (accepted) {
            accepted.setTcpNoDelay(true);
            SSLContext context = this.tls;
            Socket client = accepted;
            if (context != null) {
                SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(accepted, null, false);
                secured.startHandshake();
                client = secured;
            }
            OutputStream out = client.getOutputStream();
            out.write(this.greeting.getBytes(StandardCharsets.UTF_8));
            InputStream in = client.getInputStream();
            byte[] bytes = new byte[65536];
            AtomicInteger echoes = this.clients.get(accepted);
            for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
                byte[] read = new byte[length];
                System.arraycopy(bytes, 0, read, 0, length);
                awaitEndOfStall();
                out.write(bent(accepted, read));
                echoes.incrementAndGet();
            }
        } catch (IOException ex) {
            // The client is gone.
        } finally {
            this.clients.remove(accepted);
        }
    }

    private byte[] bent(Socket client, byte[] bytes) {
        if (this.faultyClient != null && this.faultyClient != client) {
            return bytes;
        }
        UnaryOperator<byte[]> once = this.fault.getAndSet(null);
        return (once != null) ? once.apply(bytes) : bytes;
    }

    private void awaitEndOfStall() {
        synchronized (this.stall) {
            this.held++;
            while (this.stalled) {
                try {
                    this.stall.wait();
                } catch (InterruptedException ex) {
                    throw new IllegalStateException(ex);
                }
            }
            this.held--;
        }
    }

    /** Tells whether a stall holds a message of both clocks, each on a connection of its own. */
    boolean isHoldingBoth() {
        synchronized (this.stall) {
            return this.held > 1;
        }
    }

    /** Tells whether new connections were served, and one that stays. */
    boolean isServing() {
        return this.accepted.get() > 4 && this.clients.values().stream().anyMatch(echoes -> echoes.get() > 3);
    }

    private Socket established() {
        return this.clients.entrySet().stream()
                .max(Comparator.comparing(client -> client.getValue().get()))
                .orElseThrow()
                .getKey();
    }

    /** Closes the port behind the next client: one that waits to be accepted would be reset, and not refused. */
    void refuse() {
        this.refusing = true;
    }

    boolean isRefusing() {
        ServerSocket socket = this.server;
        return this.refusing && socket != null && socket.isClosed();
    }

    void listenAgain() {
        this.refusing = false;
        try {
            listen(this.port);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    void resetEstablished() {
        try {
            established().setSoLinger(true, 0);
            established().close();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    void closeEstablished() {
        try {
            established().shutdownOutput();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    void bendNextOfEstablished(UnaryOperator<byte[]> change) {
        this.faultyClient = established();
        this.fault.set(change);
    }

    void stall(boolean on) {
        synchronized (this.stall) {
            this.stalled = on;
            this.stall.notifyAll();
        }
    }

    void greet(String line) {
        this.greeting = line;
    }

    /** What comes from now on is for TLS, or not. */
    void speak(@Nullable SSLContext context) {
        this.tls = context;
    }

    @Override
    public void close() throws IOException {
        stall(false);
        ServerSocket socket = this.server;
        if (socket != null) {
            socket.close();
        }
        for (Socket client : this.clients.keySet()) {
            client.close();
        }
    }
}
