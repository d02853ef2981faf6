package dev.tcpecho.probe.watch;

import dev.tcpecho.probe.client.FailureCause;
import dev.tcpecho.probe.client.NotConnectedException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** {@link WatchClock} that connects, echoes a message and closes at each tick. */
final class NewConnections implements WatchClock {

    /**
     * A thread may connect, make the TLS handshake and wait for the end of the stream, each for as long as a message
     * may be under way.
     */
    private static final int WAITS_OF_A_THREAD = 3;

    private final WatchSettings settings;

    private final Ledger ledger;

    private final ExecutorService threads;

    private final Map<Message, EchoSession> sessions = new ConcurrentHashMap<>();

    NewConnections(WatchSettings settings, Ledger ledger) {
        this.settings = settings;
        this.ledger = ledger;
        this.threads = new ThreadPoolExecutor(
                0,
                Math.toIntExact(settings.underWay() * WAITS_OF_A_THREAD),
                10,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                DaemonThread::new);
    }

    @Override
    public Ledger ledger() {
        return this.ledger;
    }

    @Override
    public void tick(Message message) {
        this.ledger.add(message);
        try {
            this.threads.execute(() -> attempt(message));
        } catch (RejectedExecutionException | OutOfMemoryError ex) {
            lost(message, new Failure(FailureCause.LOCAL, "this client has no thread left: earlier connects hang"));
        }
    }

    /** Makes the connection of a message, and closes it when the service has ended its stream too. */
    void attempt(Message message) {
        this.ledger.begin(message, System.nanoTime());
        try (EchoSession session = EchoSession.open(this.settings)) {
            this.sessions.put(message, session);
            session.send(message);
            session.receive(() -> (message.missingBytes() > 0) ? message : null, back -> {
                this.ledger.echoed(back, Moment.now(), session.servedBy());
                end(session);
            });
            lost(message, new Failure(FailureCause.CLOSED, "the service ended its stream"));
        } catch (IOException | NotConnectedException ex) {
            lost(message, Failure.of(ex));
        } finally {
            this.sessions.remove(message);
        }
    }

    private void end(EchoSession session) {
        try {
            session.connection().limitReads(this.settings.timeout());
            session.end();
        } catch (IOException ex) {
            // The message is back; how the connection ends counts for nothing.
            session.close();
        }
    }

    @Override
    public void expire(long nanos) {
        Duration timeout = this.settings.timeout();
        for (Message message : this.ledger.undecidedSince(nanos - timeout.toNanos())) {
            lost(message, Failure.late(message.isSent(), timeout));
            EchoSession session = this.sessions.get(message);
            if (session != null) {
                session.close();
            }
        }
    }

    private void lost(Message message, Failure failure) {
        this.ledger.lost(message, failure, Moment.now());
    }

    @Override
    public void close() {
        this.threads.shutdownNow();
        this.sessions.values().forEach(EchoSession::close);
    }
}
