package dev.tcpecho.probe.watch;

import dev.tcpecho.probe.client.MismatchException;
import dev.tcpecho.probe.client.NotConnectedException;
import dev.tcpecho.probe.client.ProbeConnection;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A connection of a clock: the greeting, if there is one, and then nothing but echo. */
final class EchoSession implements Closeable {

    private final ProbeConnection connection;

    private final InputStream in;

    private final String servedBy;

    private EchoSession(ProbeConnection connection, InputStream in, String servedBy) {
        this.connection = connection;
        this.in = in;
        this.servedBy = servedBy;
    }

    /** Connects, and reads the greeting if there is to be one. */
    static EchoSession open(WatchSettings settings) throws NotConnectedException, IOException {
        ProbeConnection connection = settings.connector().connectInOneTimeout();
        try {
            InputStream in = new BufferedInputStream(connection.input());
            connection.limitReads(settings.timeout());
            String servedBy = settings.greeting() ? ServiceName.read(in) : "";
            // From here on, the clock knows when a message is late.
            connection.limitReads(Duration.ZERO);
            return new EchoSession(connection, in, servedBy);
        } catch (IOException ex) {
            connection.close();
            throw ex;
        }
    }

    ProbeConnection connection() {
        return this.connection;
    }

    /** Returns who serves it; empty if the service does not tell. */
    String servedBy() {
        return this.servedBy;
    }

    void send(Message message) throws IOException {
        this.connection.output().write(message.send());
    }

    /** Ends our stream. */
    void end() throws IOException {
        this.connection.endOutput();
    }

    /**
     * Compares what comes back, until the service ends its stream.
     *
     * @param due the oldest message that is not back; null if every one is
     * @param back what to do with it when it is back
     * @throws EOFException if TLS was to end the stream, and did not
     * @throws MismatchException if bytes come that are no echo of it
     */
    void receive(Supplier<@Nullable Message> due, Consumer<Message> back) throws IOException {
        byte[] bytes = new byte[8192];
        boolean first = true;
        for (int length = this.in.read(bytes); length >= 0; length = this.in.read(bytes)) {
            try {
                compare(bytes, length, due, back);
            } catch (MismatchException ex) {
                String cause = first ? this.connection.likelyCause().ofOtherBytes(bytes, length) : "";
                throw new MismatchException(ex.getMessage() + cause);
            }
            first = false;
        }
        this.connection.requireCleanEnd();
    }

    private static void compare(byte[] bytes, int length, Supplier<@Nullable Message> due, Consumer<Message> back)
            throws MismatchException {
        for (int used = 0; used < length; ) {
            Message message = due.get();
            if (message == null) {
                throw new MismatchException("more bytes came back than were sent");
            }
            used += message.compare(bytes, used, length - used);
            if (message.missingBytes() == 0) {
                back.accept(message);
            }
        }
    }

    @Override
    public void close() {
        this.connection.close();
    }
}
