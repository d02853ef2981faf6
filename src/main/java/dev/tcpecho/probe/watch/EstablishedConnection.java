package dev.tcpecho.probe.watch;

import dev.tcpecho.probe.client.FailureCause;
import dev.tcpecho.probe.client.NotConnectedException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@link WatchClock} that sends all messages on one connection. When that is lost, the next tick makes another. A
 * connection is lost when it ends, when other bytes come than those that were sent, and when an echo does not come in
 * time: the messages on it are lost with it.
 */
final class EstablishedConnection implements WatchClock {

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private static final Message END = new Message(0, Instant.EPOCH, 0, 0, 0);

    private final WatchSettings settings;

    private final Ledger ledger;

    /** Two for each connection, whose threads end when it does. */
    private final ExecutorService threads = Executors.newCachedThreadPool(DaemonThread::new);

    private @Nullable Link link;

    EstablishedConnection(WatchSettings settings, Ledger ledger) {
        this.settings = settings;
        this.ledger = ledger;
    }

    @Override
    public Ledger ledger() {
        return this.ledger;
    }

    @Override
    public synchronized void tick(Message message) {
        this.ledger.add(message);
        if (this.link == null) {
            this.link = new Link();
            this.threads.execute(this.link::run);
        }
        this.link.add(message);
    }

    @Override
    public synchronized void expire(long nanos) {
        Duration timeout = this.settings.timeout();
        for (Message message : this.ledger.undecidedSince(nanos - timeout.toNanos())) {
            if (this.link != null) {
                this.link.expire(message, timeout);
            }
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (this.link != null) {
                this.link.queue.add(END);
            }
        }
        this.threads.shutdown();
        try {
            this.threads.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        abort();
    }

    private synchronized void abort() {
        this.threads.shutdownNow();
        if (this.link != null) {
            this.link.close();
        }
    }

    /** One connection, from before it is made, and the messages on it. Its fields are guarded by the clock. */
    private final class Link {

        private final BlockingQueue<Message> queue = new LinkedBlockingQueue<>();

        /** Neither back nor given up. */
        private final Deque<Message> due = new ArrayDeque<>();

        private @Nullable EchoSession session;

        /** Sends a message, once there is a connection. */
        void add(Message message) {
            this.due.add(message);
            if (this.session != null) {
                this.queue.add(message);
            }
        }

        /** Connects, and then compares what comes back until the connection ends. */
        void run() {
            try (EchoSession opened = EchoSession.open(EstablishedConnection.this.settings)) {
                opened(opened);
                EstablishedConnection.this.threads.execute(() -> send(opened));
                opened.receive(this::oldestDue, message -> back(message, opened));
                fail(new Failure(FailureCause.CLOSED, "the service ended its stream"));
            } catch (IOException | NotConnectedException ex) {
                fail(Failure.of(ex));
            } catch (RejectedExecutionException ex) {
                // The run is over.
            }
        }

        private void opened(EchoSession opened) {
            synchronized (EstablishedConnection.this) {
                this.session = opened;
                this.queue.addAll(this.due);
            }
        }

        private void send(EchoSession opened) {
            try {
                for (Message next = this.queue.take(); next != END; next = this.queue.take()) {
                    opened.send(next);
                }
                opened.end();
            } catch (IOException ex) {
                fail(Failure.of(ex));
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
        }

        private @Nullable Message oldestDue() {
            synchronized (EstablishedConnection.this) {
                return this.due.peek();
            }
        }

        private void back(Message message, EchoSession opened) {
            synchronized (EstablishedConnection.this) {
                this.due.remove(message);
                EstablishedConnection.this.ledger.echoed(message, Moment.now(), opened.servedBy());
            }
        }

        void expire(Message message, Duration timeout) {
            if (this.session != null) {
                fail(Failure.late(true, timeout));
            } else if (this.due.remove(message)) {
                EstablishedConnection.this.ledger.lost(message, Failure.late(false, timeout), Moment.now());
            }
        }

        private void fail(Failure failure) {
            synchronized (EstablishedConnection.this) {
                if (EstablishedConnection.this.link != this) {
                    return;
                }
                EstablishedConnection.this.link = null;
                Moment now = Moment.now();
                if (this.due.isEmpty() && this.session != null) {
                    EstablishedConnection.this.ledger.disconnected(failure, now);
                }
                this.due.forEach(message -> EstablishedConnection.this.ledger.lost(message, failure, now));
                close();
            }
        }

        void close() {
            this.queue.add(END);
            if (this.session != null) {
                this.session.close();
            }
        }
    }
}
