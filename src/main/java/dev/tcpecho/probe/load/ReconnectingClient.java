package dev.tcpecho.probe.load;

import dev.tcpecho.probe.client.FailureCause;
import io.netty.util.concurrent.Future;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client that makes a new connection for each message, when the one before has closed. */
final class ReconnectingClient implements LoadClient {

    /** Without a rate, a service that refuses would be asked again at once, for as long as it refuses. */
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(100);

    private final LoadLoop loop;

    private final LoadPlan plan;

    private final ClientChannels channels;

    private final SocketAddress address;

    private final int number;

    private @Nullable LoadConnection connection;

    private long begun;

    /** Messages whose time has come, and which wait for the one under way. */
    private long due;

    /**
     * Makes a client.
     *
     * @param loop whose it is
     * @param number its number, counted from 0
     * @param address where to connect
     */
    ReconnectingClient(LoadLoop loop, LoadPlan plan, ClientChannels channels, SocketAddress address, int number) {
        this.loop = loop;
        this.plan = plan;
        this.channels = channels;
        this.address = address;
        this.number = number;
    }

    @Override
    public long plannedNanos(long message) {
        return this.plan.plannedNanos(this.number, message);
    }

    @Override
    public void plan(long now) {
        this.due++;
        send(now);
    }

    @Override
    public void send(long now) {
        if (this.connection != null || !this.loop.state().isSending()) {
            return;
        }
        if (!this.plan.isPaced()) {
            connect();
        } else if (this.due > 0) {
            this.due--;
            connect();
        }
    }

    private void connect() {
        // In the order of the planned times, so that no two connections send the same bytes one after the other.
        long inTheLoad = this.number + this.begun * this.plan.connections();
        LoadConnection next = this.loop.newConnection(inTheLoad);
        this.connection = next;
        this.begun++;
        this.loop.state().begun();
        ClientChannels.Attempt attempt =
                this.channels.open(this.loop, next, this.address, () -> next.exchange(System.nanoTime()));
        attempt.opened().addListener(opened -> {
            if (opened.isSuccess()) {
                attempt.closed().addListener(closed -> over(next.isComplete()));
            } else {
                notOpened(inTheLoad, opened);
                over(false);
            }
        });
    }

    private void notOpened(long inTheLoad, Future<?> opened) {
        FailureCause cause = FailureCause.of(opened.cause());
        this.loop
                .figures()
                .failed(
                        cause,
                        "connection %s was not made: %s".formatted(inTheLoad, cause.describe(opened.cause())),
                        0);
    }

    private void over(boolean complete) {
        this.connection = null;
        this.loop.state().over();
        if (complete || this.plan.isPaced()) {
            send(System.nanoTime());
        } else {
            this.loop
                    .eventLoop()
                    .schedule(() -> send(System.nanoTime()), PAUSE_AFTER_FAILURE.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public boolean hasStalled(long now) {
        return this.connection != null && this.connection.hasStalled(now);
    }

    @Override
    public void stalled() {
        if (this.connection != null) {
            this.connection.stalled();
        }
    }

    /** The message under way goes on to its end. */
    @Override
    public void end() {
        this.loop.figures().unsent(this.due);
    }

    @Override
    public void abandon() {
        if (this.connection != null) {
            this.connection.abandon();
        }
    }
}
