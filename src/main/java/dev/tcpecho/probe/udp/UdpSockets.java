package dev.tcpecho.probe.udp;

import dev.tcpecho.probe.client.SelfConnectedException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import org.jspecify.annotations.Nullable;

/**
 * Two sockets on one port of this host. The first is connected: the kernel gives it whatever the service sends, and
 * tells it that nobody listens. The second gets what others send, which a connected socket never sees.
 */
final class UdpSockets implements Closeable {

    /** The kernel cuts it to what an administrator allows. */
    private static final int RECEIVE_BUFFER = 4 * 1024 * 1024;

    /** The kernel counts what it needs for a datagram, which is more than its bytes. */
    private static final int OVERHEAD = 512;

    private static final int PART_OF_BUFFER = 4;

    private static final int MOST_UNDER_WAY = 1000;

    private static final int MAX_DATAGRAM = 64 * 1024;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final DatagramChannel service;

    private final DatagramChannel others;

    private final Selector selector;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_DATAGRAM);

    private UdpSockets(DatagramChannel service, DatagramChannel others, Selector selector) {
        this.service = service;
        this.others = others;
        this.selector = selector;
    }

    /**
     * Opens both sockets.
     *
     * @param remote the service
     * @throws IOException if this host has no way to it
     */
    static UdpSockets open(InetSocketAddress remote) throws IOException {
        ProtocolFamily family = (remote.getAddress() instanceof Inet6Address)
                ? StandardProtocolFamily.INET6
                : StandardProtocolFamily.INET;
        UdpSockets sockets =
                new UdpSockets(DatagramChannel.open(family), DatagramChannel.open(family), Selector.open());
        try {
            sockets.connect(remote);
            return sockets;
        } catch (IOException ex) {
            sockets.close();
            throw ex;
        }
    }

    private void connect(InetSocketAddress remote) throws IOException {
        this.service.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
        // Bound before the port may be shared, or the kernel could choose that of another probe.
        this.service.bind(null);
        this.service.connect(remote);
        InetSocketAddress local = (InetSocketAddress) this.service.getLocalAddress();
        if (local.equals(remote)) {
            throw new SelfConnectedException();
        }
        this.service.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        this.others.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        this.others.bind(new InetSocketAddress(local.getPort()));
        for (DatagramChannel channel : new DatagramChannel[] {this.service, this.others}) {
            channel.configureBlocking(false);
            channel.register(this.selector, SelectionKey.OP_READ);
        }
    }

    /** Returns how many datagrams of a size may be under way, so that no answer is lost in this host's own buffer. */
    int mostUnderWay(int size) throws IOException {
        int most = this.service.getOption(StandardSocketOptions.SO_RCVBUF) / (PART_OF_BUFFER * (size + OVERHEAD));
        return Math.max(1, Math.min(most, MOST_UNDER_WAY));
    }

    /**
     * Sends a datagram to the service.
     *
     * @return whether the kernel has taken it
     * @throws java.net.PortUnreachableException if nobody listened when an earlier one came; this one is not sent
     */
    boolean send(byte[] datagram) throws IOException {
        return this.service.write(ByteBuffer.wrap(datagram)) > 0;
    }

    /** Waits until something has come, or until the time is up; for less than a millisecond it does not wait. */
    void await(long nanos) throws IOException {
        if (nanos < NANOS_PER_MILLI) {
            this.selector.selectNow(key -> {});
        } else {
            this.selector.select(key -> {}, nanos / NANOS_PER_MILLI);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("the probe was interrupted");
        }
    }

    /**
     * Returns what the service has sent.
     *
     * @return the bytes of a datagram, or null if there is none
     * @throws java.net.PortUnreachableException if nobody listened when a datagram came
     */
    byte @Nullable [] receive() throws IOException {
        return receive(this.service);
    }

    /** Returns what any other socket has sent to the same port, or null if nothing has come. */
    byte @Nullable [] receiveFromOthers() throws IOException {
        return receive(this.others);
    }

    private byte @Nullable [] receive(DatagramChannel channel) throws IOException {
        this.buffer.clear();
        if (channel.receive(this.buffer) == null) {
            return null;
        }
        byte[] bytes = new byte[this.buffer.flip().remaining()];
        this.buffer.get(bytes);
        return bytes;
    }

    @Override
    public void close() throws IOException {
        this.service.close();
        this.others.close();
        this.selector.close();
    }
}
