package dev.tcpecho.probe.load;

import dev.tcpecho.probe.client.LikelyCause;
import dev.tcpecho.transport.PendingInput;
import io.netty.channel.EventLoop;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The clients of one event loop: paces them, and looks for those that wait too long. What changes it runs on that event
 * loop.
 */
final class LoadLoop {

    /** A loop that was stopped for a while sends much at once, and has to read in between. */
    private static final int MOST_PLANNED_AT_ONCE = 256;

    private static final Duration LONGEST_BETWEEN_LOOKS = Duration.ofMillis(250);

    private static final int LOOKS_IN_A_TIMEOUT = 8;

    private final LoadPlan plan;

    private final EventLoop eventLoop;

    private final LoopState state;

    private final List<LoadClient> clients = new ArrayList<>();

    private boolean ending;

    private long endNanos;

    private int nextClient;

    private long nextMessage;

    LoadLoop(LoadPlan plan, LikelyCause likelyCause, EventLoop eventLoop, ByteBuffer bytes) {
        this.plan = plan;
        this.eventLoop = eventLoop;
        this.state = new LoopState(plan, likelyCause, bytes);
    }

    EventLoop eventLoop() {
        return this.eventLoop;
    }

    LoopState state() {
        return this.state;
    }

    LoopFigures figures() {
        return this.state.figures();
    }

    /** Completes when the last connection has ended, after the start. */
    CompletableFuture<Void> ended() {
        return this.state.ended();
    }

    int openConnections() {
        return this.state.openConnections();
    }

    /** Makes a connection that is to be opened; its number, counted from 0, is that of the whole load. */
    LoadConnection newConnection(long number) {
        return new LoadConnection(this.state, number);
    }

    /** Has a connection that is open take part, unless it comes too late. */
    void opened(LoadConnection connection) {
        if (this.ending) {
            connection.discard();
            return;
        }
        this.clients.add(connection);
        connection.opened();
    }

    /** Has a client take part that makes its connections itself, before the start. */
    void add(LoadClient client) {
        this.clients.add(client);
    }

    /**
     * Starts to send.
     *
     * @param nanos the start of the load, by {@link System#nanoTime()}
     */
    void start(long nanos) {
        this.state.start(nanos);
        this.endNanos = nanos + this.plan.omit().plus(this.plan.duration()).toNanos();
        long between = Math.min(this.plan.timeout().toNanos() / LOOKS_IN_A_TIMEOUT, LONGEST_BETWEEN_LOOKS.toNanos());
        this.eventLoop.scheduleAtFixedRate(this::look, between, between, TimeUnit.NANOSECONDS);
        if (this.clients.isEmpty()) {
            this.state.stopSending();
        } else if (!this.plan.isPaced()) {
            long now = System.nanoTime();
            copy().forEach(client -> client.send(now));
        } else {
            pace();
        }
        this.state.endIfNothingIsOpen();
    }

    private void pace() {
        long now = System.nanoTime();
        for (int i = 0; this.state.isSending() && i < MOST_PLANNED_AT_ONCE; i++) {
            long planned = nextPlannedNanos();
            if (planned - this.endNanos >= 0) {
                return;
            }
            if (planned - now > 0) {
                this.eventLoop.schedule(this::pace, planned - now, TimeUnit.NANOSECONDS);
                return;
            }
            planNext(now);
        }
        if (this.state.isSending()) {
            // A timer, even if it is due at once, runs behind the next reads, and a task before them.
            this.eventLoop.schedule(this::pace, 0, TimeUnit.NANOSECONDS);
        }
    }

    private long nextPlannedNanos() {
        return this.state.startNanos() + this.clients.get(this.nextClient).plannedNanos(this.nextMessage);
    }

    private void planNext(long now) {
        LoadClient client = this.clients.get(this.nextClient);
        this.nextClient++;
        if (this.nextClient == this.clients.size()) {
            this.nextClient = 0;
            this.nextMessage++;
        }
        client.plan(now);
    }

    private void look() {
        long now = System.nanoTime();
        if (this.clients.stream().anyMatch(client -> client.hasStalled(now))) {
            PendingInput.readBefore(this.eventLoop, this::endStalled);
        }
    }

    private void endStalled() {
        long now = System.nanoTime();
        copy().stream().filter(client -> client.hasStalled(now)).forEach(LoadClient::stalled);
    }

    /** Sends no further message, and ends every stream behind its last. */
    void end() {
        this.ending = true;
        if (this.plan.isPaced() && this.state.isSending()) {
            planWhatIsDue();
        }
        this.state.stopSending();
        copy().forEach(LoadClient::end);
        this.state.endIfNothingIsOpen();
    }

    /** Messages whose time has come count as not sent if they cannot be sent now. */
    private void planWhatIsDue() {
        long now = System.nanoTime();
        for (long planned = nextPlannedNanos();
                planned - this.endNanos < 0 && planned - now < 0;
                planned = nextPlannedNanos()) {
            planNext(now);
        }
    }

    /** Ends what has not ended, at once. */
    void abandon() {
        copy().forEach(LoadClient::abandon);
    }

    private List<LoadClient> copy() {
        return List.copyOf(this.clients);
    }
}
