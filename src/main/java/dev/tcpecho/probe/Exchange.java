package dev.tcpecho.probe;

import dev.tcpecho.probe.cli.Latencies;
import dev.tcpecho.probe.client.LikelyCause;
import dev.tcpecho.probe.client.ProbeConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SynchronizedHistogram;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/**
 * Sends messages, each when the one before is back, and the end of the stream right after the last, while its echo is
 * under way: a service that takes the end for a reason to close loses some of it. One thread sends and one compares, as
 * a service echoes a long message while it is being sent; the caller's knows when to give up.
 */
final class Exchange {

    private static final int CHUNK_BYTES = 64 * 1024;

    private final ProbeConnection connection;

    private final ExchangeSettings settings;

    private final long seed = new SplittableRandom().nextLong();

    private final CountDownLatch ready = new CountDownLatch(1);

    private final Semaphore messagesBack = new Semaphore(0);

    private final Histogram roundTrips = new SynchronizedHistogram(3);

    private volatile long messageSentNanos;

    private volatile long received;

    private volatile boolean waiting;

    private volatile long waitingSinceNanos;

    private volatile boolean outputEnded;

    Exchange(ProbeConnection connection, ExchangeSettings settings) {
        this.connection = connection;
        this.settings = settings;
    }

    /** Returns when everything is back and the service has ended its stream, and closes the connection. */
    void run() throws EchoLostException {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<?> receiving = threads.submit(this::receive);
            // Whatever hinders it shows in what comes back.
            threads.submit(this::send);
            await(receiving);
        } finally {
            this.connection.close();
            threads.shutdownNow();
        }
    }

    private @Nullable Void send() throws IOException, InterruptedException {
        OutputStream out = this.connection.output();
        RandomBytes random = new RandomBytes(this.seed);
        byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, this.settings.size())];
        this.ready.await();
        for (int message = 0; message < this.settings.count(); message++) {
            if (message > 0) {
                TimeUnit.NANOSECONDS.sleep(this.settings.interval().toNanos());
            }
            for (long left = this.settings.size(); left > 0; left -= chunk.length) {
                int length = (int) Math.min(chunk.length, left);
                random.next(chunk, length);
                if (left == this.settings.size()) {
                    this.messageSentNanos = System.nanoTime();
                    startWaiting();
                }
                out.write(chunk, 0, length);
            }
            if (message < this.settings.count() - 1 || !this.connection.canEndOutputEarly()) {
                this.messagesBack.acquire();
            }
        }
        startWaiting();
        this.outputEnded = true;
        this.connection.endOutput();
        return null;
    }

    private @Nullable Void receive() throws EchoLostException {
        RandomBytes expected = new RandomBytes(this.seed);
        byte[] chunk = new byte[CHUNK_BYTES];
        byte[] expectedChunk = new byte[CHUNK_BYTES];
        try {
            InputStream in = this.connection.input();
            this.ready.countDown();
            for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                long now = System.nanoTime();
                if (length > total() - this.received) {
                    throw new EchoLostException("more than the %s bytes that were sent came back%s"
                            .formatted(total(), causeOfOther(chunk, length)));
                }
                expected.next(expectedChunk, length);
                int difference = Arrays.mismatch(chunk, 0, length, expectedChunk, 0, length);
                if (difference >= 0) {
                    throw new EchoLostException("byte %s, counted from 0, is not the one that was sent%s"
                            .formatted(this.received + difference, causeOfOther(chunk, length)));
                }
                received(this.received + length, now);
            }
            this.connection.requireCleanEnd();
        } catch (IOException ex) {
            throw lost("and then the connection broke: " + ex.getMessage());
        }
        if (this.received < total()) {
            throw lost("and then the service ended its stream");
        }
        return null;
    }

    private void received(long total, long now) {
        this.received = total;
        if (total % this.settings.size() == 0) {
            this.roundTrips.recordValue(now - this.messageSentNanos);
            // After the last message the end is due.
            this.waiting = total == total();
            this.messagesBack.release();
        }
        this.waitingSinceNanos = now;
    }

    private void await(Future<?> receiving) throws EchoLostException {
        while (true) {
            try {
                receiving.get(patienceNanos(), TimeUnit.NANOSECONDS);
                return;
            } catch (TimeoutException ex) {
                if (patienceNanos() <= 0) {
                    throw lost("and then nothing for " + DurationStyle.SIMPLE.print(this.settings.timeout()));
                }
            } catch (ExecutionException ex) {
                if (ex.getCause() instanceof EchoLostException lost) {
                    throw lost;
                }
                throw new IllegalStateException(ex);
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
                throw new EchoLostException(progress() + ", and then the probe was interrupted");
            }
        }
    }

    private void startWaiting() {
        this.waitingSinceNanos = System.nanoTime();
        this.waiting = true;
    }

    private long patienceNanos() {
        long waited = this.waiting ? System.nanoTime() - this.waitingSinceNanos : 0;
        return this.settings.timeout().toNanos() - waited;
    }

    private long total() {
        return this.settings.count() * this.settings.size();
    }

    private EchoLostException lost(String end) {
        return new EchoLostException("%s, %s%s".formatted(progress(), end, causeOfLoss()));
    }

    private String causeOfLoss() {
        if (this.received == 0) {
            return this.connection.likelyCause().ofNothing();
        }
        return (this.outputEnded && this.received < total()) ? LikelyCause.OF_LOSS_AFTER_HALF_CLOSE : "";
    }

    /** What comes behind bytes of the echo is no other service's. */
    private String causeOfOther(byte[] bytes, int length) {
        return (this.received == 0) ? this.connection.likelyCause().ofOtherBytes(bytes, length) : "";
    }

    private String progress() {
        return "%s of %s bytes came back".formatted(this.received, total());
    }

    /** Returns the bytes of a message. */
    long size() {
        return this.settings.size();
    }

    long received() {
        return this.received;
    }

    /** Returns how long messages took from their first byte's leaving to their last byte's return, in nanoseconds. */
    Histogram roundTrips() {
        return this.roundTrips;
    }

    /** Returns what came back, of what was sent. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("bytesBack", this.received);
        fields.put("bytesExpected", total());
        fields.put("roundTripMillis", new Latencies(this.roundTrips).fields());
        return fields;
    }
}
