package dev.tcpecho.probe.load;

import dev.tcpecho.probe.client.ConnectSettings;
import dev.tcpecho.probe.client.Connector;
import dev.tcpecho.probe.client.FailureCause;
import dev.tcpecho.probe.client.NotConnectedException;
import dev.tcpecho.probe.client.Refusal;
import dev.tcpecho.probe.load.ClientChannels.Attempt;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * Opens the connections of the load. The first tries each address of the target in turn, and all others take the one
 * that accepted. If clients reconnect, the first is for the address alone, and the others are theirs. All but the
 * constructor runs on the first event loop.
 */
final class Opener {

    /** No more than what a listener's backlog holds, or the kernel of the service drops them for a second. */
    private static final int MOST_AT_ONCE = 100;

    private final Connector connector;

    private final LoadPlan plan;

    private final ClientChannels channels;

    private final List<LoadLoop> loops;

    private final EventLoop eventLoop;

    private final List<Refusal> refusals = new ArrayList<>();

    private final CompletableFuture<SocketAddress> first = new CompletableFuture<>();

    private final CompletableFuture<Void> all = new CompletableFuture<>();

    private int begun;

    private int pending;

    private volatile boolean stopped;

    private long startNanos;

    Opener(Connector connector, LoadPlan plan, ClientChannels channels, List<LoadLoop> loops) {
        this.connector = connector;
        this.plan = plan;
        this.channels = channels;
        this.loops = loops;
        this.eventLoop = loops.get(0).eventLoop();
    }

    /** Completes with the address of the first connection, or with a {@link NotConnectedException}. */
    CompletableFuture<SocketAddress> first() {
        return this.first;
    }

    /** Completes when every connection is open or has failed. */
    CompletableFuture<Void> all() {
        return this.all;
    }

    /** Opens no further connection. */
    void stop() {
        this.stopped = true;
        this.all.complete(null);
    }

    /** Opens the first connection to the first of some addresses that accepts. */
    void openFirst(List<SocketAddress> addresses) {
        SocketAddress address = addresses.get(0);
        LoadLoop loop = this.loops.get(0);
        LoadConnection connection = loop.newConnection(0);
        Attempt attempt = this.channels.open(
                loop,
                connection,
                address,
                this.plan.reconnects() ? connection::discard : () -> loop.opened(connection));
        attempt.opened().addListener(opened -> {
            if (opened.isSuccess() || isFoundByReset(opened.cause())) {
                this.begun = 1;
                this.startNanos = System.nanoTime();
                this.first.complete(address);
                openMore(address);
                return;
            }
            FailureCause cause = FailureCause.of(opened.cause());
            if (cause == FailureCause.TLS) {
                loop.figures().failed(cause, "", 0);
                this.first.completeExceptionally(noHandshake(attempt, opened.cause()));
                return;
            }
            this.refusals.add(Refusal.of(address, opened.cause()));
            if (addresses.size() > 1) {
                openFirst(addresses.subList(1, addresses.size()));
            } else {
                loop.figures().failed(cause, "", 0);
                this.first.completeExceptionally(this.connector.failure(this.refusals));
            }
        });
    }

    /**
     * A service at its limit resets what it accepts, perhaps before the connect returns: clients that reconnect tell.
     */
    private boolean isFoundByReset(Throwable failure) {
        return this.plan.reconnects() && FailureCause.of(failure) == FailureCause.RESET;
    }

    private NotConnectedException noHandshake(Attempt attempt, Throwable failure) {
        ConnectSettings settings = this.connector.settings();
        Exception exception = (failure.getCause() instanceof SSLException nested) ? nested : (Exception) failure;
        String cause =
                settings.likelyCause().ofFailedHandshake(attempt.firstContact().firstBytes(), exception);
        return new NotConnectedException(
                "cannot connect to %s: %s%s".formatted(settings.target(), exception.getMessage(), cause), exception);
    }

    private void openMore(SocketAddress address) {
        if (this.plan.reconnects()) {
            reconnect(address);
            return;
        }
        while (!this.stopped && this.begun < this.plan.connections() && this.pending < MOST_AT_ONCE) {
            long wait = waitNanos();
            if (wait > 0) {
                this.eventLoop.schedule(() -> openMore(address), wait, TimeUnit.NANOSECONDS);
                return;
            }
            open(address);
        }
        if (this.begun == this.plan.connections() && this.pending == 0) {
            this.all.complete(null);
        }
    }

    private void reconnect(SocketAddress address) {
        for (int i = 0; i < this.plan.connections(); i++) {
            LoadLoop loop = loopOf(i);
            LoadClient client = new ReconnectingClient(loop, this.plan, this.channels, address, i);
            loop.eventLoop().execute(() -> loop.add(client));
        }
        this.all.complete(null);
    }

    private LoadLoop loopOf(int number) {
        return this.loops.get(number % this.loops.size());
    }

    private long waitNanos() {
        return (this.plan.connectRate() == 0)
                ? 0
                : this.startNanos + (long) (this.begun * 1e9 / this.plan.connectRate()) - System.nanoTime();
    }

    private void open(SocketAddress address) {
        int number = this.begun++;
        this.pending++;
        LoadLoop loop = loopOf(number);
        LoadConnection connection = loop.newConnection(number);
        Attempt attempt = this.channels.open(loop, connection, address, () -> loop.opened(connection));
        attempt.opened().addListener(opened -> {
            if (!opened.isSuccess() && !this.stopped) {
                FailureCause cause = FailureCause.of(opened.cause());
                loop.figures()
                        .failed(
                                cause,
                                "connection %s was not made: %s".formatted(number, cause.describe(opened.cause())),
                                0);
            }
            this.eventLoop.execute(() -> {
                this.pending--;
                openMore(address);
            });
        });
    }
}
