package dev.tcpecho.probe.load;

import dev.tcpecho.probe.client.ConnectSettings;
import dev.tcpecho.probe.client.Connector;
import dev.tcpecho.probe.client.NotConnectedException;
import dev.tcpecho.probe.client.Refusal;
import dev.tcpecho.probe.load.ClientChannels.Attempt;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * Opens the connections of the load. The first tries each address of the target in turn, and all others take the one
 * that accepted. All but the constructor runs on the first event loop.
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

    private final CompletableFuture<InetSocketAddress> first = new CompletableFuture<>();

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
    CompletableFuture<InetSocketAddress> first() {
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
    void openFirst(List<InetAddress> addresses) {
        InetSocketAddress address = new InetSocketAddress(
                addresses.get(0), this.connector.settings().target().port());
        Attempt attempt = this.channels.open(this.loops.get(0), 0, address);
        attempt.opened().addListener(opened -> {
            if (opened.isSuccess()) {
                this.begun = 1;
                this.startNanos = System.nanoTime();
                this.first.complete(address);
                openMore(address);
                return;
            }
            FailureCause cause = FailureCause.of(opened.cause());
            if (cause == FailureCause.TLS) {
                this.loops.get(0).figures().failed(cause, "", 0);
                this.first.completeExceptionally(noHandshake(attempt, opened.cause()));
                return;
            }
            this.refusals.add(new Refusal(address, cause.exception(opened.cause())));
            if (addresses.size() > 1) {
                openFirst(addresses.subList(1, addresses.size()));
            } else {
                this.loops.get(0).figures().failed(cause, "", 0);
                this.first.completeExceptionally(this.connector.failure(this.refusals));
            }
        });
    }

    private NotConnectedException noHandshake(Attempt attempt, Throwable failure) {
        ConnectSettings settings = this.connector.settings();
        Exception exception = (failure.getCause() instanceof SSLException nested) ? nested : (Exception) failure;
        String cause =
                settings.likelyCause().ofFailedHandshake(attempt.firstContact().firstBytes(), exception);
        return new NotConnectedException(
                "cannot connect to %s: %s%s".formatted(settings.target(), exception.getMessage(), cause), exception);
    }

    private void openMore(InetSocketAddress address) {
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

    private long waitNanos() {
        return (this.plan.connectRate() == 0)
                ? 0
                : this.startNanos + (long) (this.begun * 1e9 / this.plan.connectRate()) - System.nanoTime();
    }

    private void open(InetSocketAddress address) {
        int number = this.begun++;
        this.pending++;
        LoadLoop loop = this.loops.get(number % this.loops.size());
        Attempt attempt = this.channels.open(loop, number, address);
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
