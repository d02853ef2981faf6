package dev.tcpecho.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Counts the datagrams that the kernel dropped before a service could read them, because the receive buffer of a socket
 * was full: the last column of {@code /proc/net/udp}. While that cannot be read, the count stays as it was, or 0.
 */
public final class KernelDrops implements LongSupplier {

    private static final List<Path> TABLES = List.of(Path.of("/proc/net/udp"), Path.of("/proc/net/udp6"));

    private final List<Path> tables;

    private final Map<InetSocketAddress, Long> open = new HashMap<>();

    private long ofClosed;

    /** Starts without a socket. */
    public KernelDrops() {
        this(TABLES);
    }

    KernelDrops(List<Path> tables) {
        this.tables = tables;
    }

    /**
     * Counts those of a socket from now on.
     *
     * @param socket the address and port that it is bound to
     */
    public synchronized void add(InetSocketAddress socket) {
        this.open.put(socket, 0L);
    }

    /**
     * Keeps the count of a socket that is about to be closed.
     *
     * @param socket the address and port that it is bound to
     */
    public synchronized void remove(InetSocketAddress socket) {
        getAsLong();
        Long drops = this.open.remove(socket);
        this.ofClosed += (drops != null) ? drops : 0;
    }

    /** Returns the count of all sockets. */
    @Override
    public synchronized long getAsLong() {
        if (!this.open.isEmpty()) {
            this.tables.forEach(this::read);
        }
        return this.ofClosed
                + this.open.values().stream().mapToLong(Long::longValue).sum();
    }

    private void read(Path table) {
        try (Stream<String> lines = Files.lines(table)) {
            lines.skip(1).map(line -> line.trim().split("\\s+")).forEach(this::read);
        } catch (IOException | UncheckedIOException ex) {
            // There is no such file, or this process may open no more.
        }
    }

    /** The second field of a line is the local address, and the last one the count. */
    private void read(String[] fields) {
        this.open.computeIfPresent(address(fields[1]), (socket, last) -> Long.valueOf(fields[fields.length - 1]));
    }

    /** Reads for example {@code 0100007F:6321}: words of 32 bits in the order of this host, and a port. */
    static InetSocketAddress address(String text) {
        int colon = text.indexOf(':');
        ByteBuffer words = ByteBuffer.wrap(HexFormat.of().parseHex(text.substring(0, colon)));
        ByteBuffer address = ByteBuffer.allocate(words.capacity()).order(ByteOrder.nativeOrder());
        while (words.hasRemaining()) {
            address.putInt(words.getInt());
        }
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(address.array()), HexFormat.fromHexDigits(text.substring(colon + 1)));
        } catch (UnknownHostException ex) {
            throw new IllegalArgumentException("'%s' is no address".formatted(text), ex);
        }
    }
}
