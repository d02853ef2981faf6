package dev.tcpecho.probe.watch;

import dev.tcpecho.probe.client.MismatchException;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** A message of a clock, from the tick at which it was due to its echo. */
final class Message {

    private final long plannedNanos;

    private final Instant planned;

    private volatile long startNanos;

    private final byte[] content;

    private volatile long latenessNanos;

    private volatile int back;

    private volatile boolean sent;

    private volatile @Nullable Outcome outcome;

    /**
     * Makes a message of random bytes.
     *
     * @param plannedNanos when it was due
     * @param planned the same by the wall clock
     * @param startNanos when this client came to it
     * @param latenessNanos how late this client was, at this tick or at one before that was due at the same time
     * @param size how many bytes
     */
    Message(long plannedNanos, Instant planned, long startNanos, long latenessNanos, int size) {
        this.plannedNanos = plannedNanos;
        this.planned = planned;
        this.startNanos = startNanos;
        this.latenessNanos = latenessNanos;
        this.content = new byte[size];
        ThreadLocalRandom.current().nextBytes(this.content);
    }

    long plannedNanos() {
        return this.plannedNanos;
    }

    Instant planned() {
        return this.planned;
    }

    /** Returns when this client came to it, from when its time counts: it was not the service that was late before. */
    long startNanos() {
        return this.startNanos;
    }

    long latenessNanos() {
        return this.latenessNanos;
    }

    /** Tells that this client comes to it now, and not at its tick. */
    void begin(long nanos) {
        this.startNanos = nanos;
        this.latenessNanos = Math.max(this.latenessNanos, nanos - this.plannedNanos);
    }

    /** Returns the bytes to send, and notes that they are on their way. */
    byte[] send() {
        this.sent = true;
        return this.content;
    }

    /** Tells whether there was a connection for it. */
    boolean isSent() {
        return this.sent;
    }

    /**
     * Compares bytes that came back.
     *
     * @return how many of them are of this message; the others are of the next
     * @throws MismatchException if they are not those that were sent
     */
    int compare(byte[] bytes, int offset, int length) throws MismatchException {
        int part = Math.min(length, missingBytes());
        int difference = Arrays.mismatch(bytes, offset, offset + part, this.content, this.back, this.back + part);
        if (difference >= 0) {
            throw new MismatchException("byte %s of a message, counted from 0, is not the one that was sent"
                    .formatted(this.back + difference));
        }
        this.back += part;
        return part;
    }

    /** Returns what became of it, once it is decided. */
    @Nullable
    Outcome outcome() {
        return this.outcome;
    }

    void decide(Outcome outcome) {
        this.outcome = outcome;
    }

    int missingBytes() {
        return this.content.length - this.back;
    }
}
