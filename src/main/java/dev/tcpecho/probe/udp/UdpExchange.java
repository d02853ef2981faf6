package dev.tcpecho.probe.udp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/**
 * Sends datagrams to an address at an interval, and compares what comes back. One thread does both. Memory is bounded:
 * only so many datagrams are under way at a time.
 */
final class UdpExchange {

    /** When as many are lost, and nothing has ever come back, it is no use to wait for the others. */
    private static final int LOST_IN_SILENCE = 10;

    /** How long to look out for one more answer to the last datagram. */
    private static final long MIN_LINGER_NANOS = Duration.ofMillis(20).toNanos();

    private static final long RETRY_NANOS = Duration.ofMillis(1).toNanos();

    private final InetSocketAddress address;

    private final UdpSettings settings;

    private final Datagrams datagrams;

    private final UdpTally tally;

    private final Histogram roundTrips = new Histogram(3);

    /** When each was sent that has no answer, the oldest first. */
    private final Map<Integer, Long> underWay = new LinkedHashMap<>();

    private @Nullable String sendError;

    private @Nullable String networkError;

    private long nextNanos;

    UdpExchange(InetSocketAddress address, UdpSettings settings) {
        this.address = address;
        this.settings = settings;
        this.datagrams = new Datagrams(settings.size());
        this.tally = new UdpTally(settings.size());
    }

    /**
     * Sends every datagram, and returns when each has its answer or is given up. If nobody listens, or this host cannot
     * send, it returns at once.
     */
    void run() {
        try (UdpSockets sockets = UdpSockets.open(this.address)) {
            run(sockets, this.settings.count());
            if (this.tally.received() > 0) {
                linger(sockets);
            }
        } catch (IOException ex) {
            this.sendError = ex.getMessage();
        }
    }

    /** Does as {@link #run()} does, but one datagram is enough that comes back whole. */
    void runUntilWhole() {
        try (UdpSockets sockets = UdpSockets.open(this.address)) {
            run(sockets, 1);
        } catch (IOException ex) {
            this.sendError = ex.getMessage();
        }
    }

    private void run(UdpSockets sockets, int enough) throws IOException {
        int most = sockets.mostUnderWay(this.settings.size());
        this.nextNanos = System.nanoTime();
        while (true) {
            long now = System.nanoTime();
            // What has come until now is in time.
            receive(sockets);
            giveUp(now);
            boolean allSent = this.tally.numberSent() == this.settings.count();
            if (this.tally.whole() >= enough || (allSent && this.underWay.isEmpty()) || isNobodyThere()) {
                return;
            }
            boolean maySend = !allSent && this.underWay.size() < most;
            if (maySend && now - this.nextNanos >= 0) {
                send(sockets);
            } else {
                sockets.await(waitNanos(maySend, now));
            }
        }
    }

    private boolean isNobodyThere() {
        return this.tally.received() == 0 && (this.tally.isUnreachable() || this.tally.lost() >= LOST_IN_SILENCE);
    }

    private long waitNanos(boolean maySend, long now) {
        long untilSend = maySend ? this.nextNanos - now : Long.MAX_VALUE;
        Iterator<Long> oldest = this.underWay.values().iterator();
        long untilGivenUp =
                oldest.hasNext() ? oldest.next() + this.settings.timeout().toNanos() - now : Long.MAX_VALUE;
        return Math.min(untilSend, untilGivenUp);
    }

    private void send(UdpSockets sockets) throws IOException {
        int number = this.tally.numberSent();
        byte[] datagram = this.datagrams.datagram(number);
        long now = System.nanoTime();
        if (!isSent(sockets, datagram)) {
            this.nextNanos = now + RETRY_NANOS;
            return;
        }
        this.tally.sent();
        this.underWay.put(number, now);
        this.nextNanos = Math.max(this.nextNanos + this.settings.interval().toNanos(), now);
    }

    private boolean isSent(UdpSockets sockets, byte[] datagram) throws IOException {
        try {
            return sockets.send(datagram);
        } catch (PortUnreachableException ex) {
            // Of an earlier one.
            this.tally.unreachable();
            return false;
        }
    }

    private void giveUp(long now) {
        Iterator<Long> sent = this.underWay.values().iterator();
        while (sent.hasNext() && now - sent.next() >= this.settings.timeout().toNanos()) {
            sent.remove();
            this.tally.givenUp();
        }
    }

    private void receive(UdpSockets sockets) throws IOException {
        try {
            for (byte[] answer = sockets.receive(); answer != null; answer = sockets.receive()) {
                received(answer, System.nanoTime());
            }
        } catch (PortUnreachableException ex) {
            this.tally.unreachable();
        } catch (IOException ex) {
            // An error that a router has sent says nothing of later datagrams.
            this.networkError = ex.getMessage();
        }
        for (byte[] answer = sockets.receiveFromOthers(); answer != null; answer = sockets.receiveFromOthers()) {
            receivedFromOther(answer);
        }
    }

    private void received(byte[] bytes, long now) {
        int number = this.datagrams.numberOf(bytes, this.tally.numberSent(), this.underWay.keySet());
        Long sent = this.underWay.remove(number);
        if (this.tally.answered(this.datagrams.compare(bytes, number), sent != null) && sent != null) {
            this.roundTrips.recordValue(now - sent);
        }
    }

    /** Anyone may send to the port: only what has the tag is an answer. */
    private void receivedFromOther(byte[] bytes) {
        int number = this.datagrams.taggedNumber(bytes, this.tally.numberSent());
        if (number != Datagrams.UNKNOWN) {
            boolean inTime = this.underWay.remove(number) != null;
            this.tally.answeredByOther(this.datagrams.compare(bytes, number), inTime);
        }
    }

    /** A service that answers twice does so about one round trip after the datagram, and so does a network. */
    private void linger(UdpSockets sockets) throws IOException {
        long nanos = Math.max(
                MIN_LINGER_NANOS,
                Math.min(this.roundTrips.getMaxValue(), this.settings.timeout().toNanos()));
        long start = System.nanoTime();
        for (long left = nanos; left > 0; left = nanos - (System.nanoTime() - start)) {
            sockets.await(left);
            receive(sockets);
        }
    }

    int size() {
        return this.settings.size();
    }

    InetSocketAddress address() {
        return this.address;
    }

    UdpTally tally() {
        return this.tally;
    }

    /** Returns how long the first answers took that were whole and in time, in nanoseconds. */
    Histogram roundTrips() {
        return this.roundTrips;
    }

    /** Tells whether this host's kernel refused to send a datagram for its size (EMSGSIZE). */
    boolean isTooLong() {
        return String.valueOf(this.sendError).contains("Message too long");
    }

    /** Returns what is known of a failure beside the counts, in a sentence's end; empty for nothing. */
    String cause() {
        if (isTooLong()) {
            return "this host's kernel refuses to send %s bytes (EMSGSIZE)".formatted(this.settings.size());
        }
        return Stream.of(this.sendError, this.tally.example(), this.networkError)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse("");
    }

    /** Returns why nothing came back, in a sentence's end. */
    String causeOfSilence() {
        if (!cause().isEmpty()) {
            return cause();
        }
        return this.tally.isUnreachable()
                ? "nobody listens on the port (ICMP port unreachable)"
                : "nothing came back within " + DurationStyle.SIMPLE.print(this.settings.timeout());
    }
}
