package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A UDP socket that takes no answer but from the address that it asks. It is not connected: of a connected socket Java
 * sends no datagram without a byte.
 */
public final class DatagramClient implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final DatagramSocket socket;

    private final InetSocketAddress service;

    private DatagramClient(DatagramSocket socket, InetSocketAddress service) {
        this.socket = socket;
        this.service = service;
    }

    public static DatagramClient connect(String address, int port) throws IOException {
        return connect(new InetSocketAddress((InetAddress) null, 0), address, port);
    }

    public static DatagramClient connect(InetSocketAddress from, String address, int port) throws IOException {
        DatagramSocket socket = new DatagramSocket(from);
        socket.setSoTimeout((int) TIMEOUT.toMillis());
        return new DatagramClient(socket, new InetSocketAddress(InetAddress.getByName(address), port));
    }

    public static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom(length).nextBytes(bytes);
        return bytes;
    }

    public void send(byte[] payload) throws IOException {
        this.socket.send(new DatagramPacket(payload, payload.length, this.service));
    }

    public void broadcast(byte[] payload) throws IOException {
        this.socket.setBroadcast(true);
        send(payload);
    }

    public byte[] receive() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[70_000], 70_000);
        this.socket.receive(packet);
        assertThat(packet.getSocketAddress()).isEqualTo(this.service);
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    public byte[] ask(byte[] payload) throws IOException {
        send(payload);
        return receive();
    }

    /** Tells whether nothing comes for a moment. */
    public boolean getsNothing() throws IOException {
        this.socket.setSoTimeout(200);
        try {
            receive();
            return false;
        } catch (SocketTimeoutException ex) {
            return true;
        } finally {
            this.socket.setSoTimeout((int) TIMEOUT.toMillis());
        }
    }

    @Override
    public void close() {
        this.socket.close();
    }
}
