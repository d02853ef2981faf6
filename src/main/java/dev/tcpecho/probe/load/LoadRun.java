package dev.tcpecho.probe.load;

import dev.tcpecho.probe.client.Connector;
import dev.tcpecho.probe.client.FailureCause;
import dev.tcpecho.probe.client.LikelyCause;
import dev.tcpecho.probe.client.NotConnectedException;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** One load, from the first connection to the end of the last. The caller's thread waits and is told of intervals. */
final class LoadRun implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    /** How long a run that was stopped waits for what is under way. */
    private static final Duration LONGEST_END = Duration.ofSeconds(2);

    private final Connector connector;

    private final LoadPlan plan;

    private final EventLoopGroup group;

    private final List<LoadLoop> loops = new ArrayList<>();

    private final Opener opener;

    private final CompletableFuture<Void> stop;

    private long countedFromNanos;

    private long countedUntilNanos;

    /**
     * Starts the event loops.
     *
     * @param stop completes when the run has to end before its time
     */
    LoadRun(LoadSettings settings, CompletableFuture<Void> stop) {
        this.connector = settings.connector();
        this.plan = settings.plan();
        this.stop = stop;
        this.group = settings.transport().newEventLoopGroup(settings.threads(), false);
        ByteBuffer bytes = EchoPattern.randomBytes();
        LikelyCause likelyCause = this.connector.settings().likelyCause();
        this.group.forEach(
                eventLoop -> this.loops.add(new LoadLoop(this.plan, likelyCause, (EventLoop) eventLoop, bytes)));
        this.opener = new Opener(
                this.connector,
                this.plan,
                new ClientChannels(this.connector.settings(), this.plan, settings.transport()),
                this.loops);
    }

    /**
     * Opens the first connection.
     *
     * @return the address that accepted
     * @throws NotConnectedException if none did
     */
    SocketAddress connect() throws NotConnectedException {
        List<SocketAddress> addresses = addresses();
        onFirstLoop(() -> this.opener.openFirst(addresses));
        try {
            CompletableFuture.anyOf(this.opener.first(), this.stop).get();
            if (!this.opener.first().isDone()) {
                throw new NotConnectedException("the run was stopped before there was a connection", null);
            }
            return this.opener.first().get();
        } catch (ExecutionException ex) {
            if (ex.getCause() instanceof NotConnectedException notConnected) {
                throw notConnected;
            }
            throw new IllegalStateException(ex);
        } catch (InterruptedException ex) {
            throw interrupted(ex);
        }
    }

    private List<SocketAddress> addresses() throws NotConnectedException {
        try {
            return this.connector.addresses();
        } catch (NotConnectedException ex) {
            LoopFigures figures = this.loops.get(0).figures();
            onFirstLoop(() -> figures.failed(FailureCause.DNS, "", 0));
            throw ex;
        }
    }

    /** Opens the other connections, sends, and waits for the end of all. */
    void load(Consumer<LoadInterval> intervals) {
        await(this.opener.all(), Long.MAX_VALUE);
        onFirstLoop(this.opener::stop);
        long start = System.nanoTime();
        this.countedFromNanos = start + this.plan.omit().toNanos();
        this.countedUntilNanos = this.countedFromNanos + this.plan.duration().toNanos();
        CompletableFuture<Void> ended =
                CompletableFuture.allOf(this.loops.stream().map(LoadLoop::ended).toArray(CompletableFuture<?>[]::new));
        this.loops.forEach(loop -> loop.eventLoop().execute(() -> loop.start(start)));
        LoadIntervals interval = new LoadIntervals(this.plan, this.loops, start);
        for (long next = start + INTERVAL.toNanos(); ; next += INTERVAL.toNanos()) {
            long until = Math.min(next, this.countedUntilNanos);
            if (await(ended, until - System.nanoTime()) || until == this.countedUntilNanos) {
                break;
            }
            intervals.accept(interval.end());
        }
        this.countedUntilNanos = Math.min(this.countedUntilNanos, System.nanoTime());
        this.loops.forEach(loop -> loop.eventLoop().execute(loop::end));
        end(ended);
    }

    private void end(CompletableFuture<Void> ended) {
        await(ended, Long.MAX_VALUE);
        if (!ended.isDone()) {
            try {
                ended.get(LONGEST_END.toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException ex) {
                this.loops.forEach(loop -> loop.eventLoop().execute(loop::abandon));
            } catch (ExecutionException ex) {
                throw new IllegalStateException(ex);
            } catch (InterruptedException ex) {
                throw interrupted(ex);
            }
        }
    }

    /** Waits for something, or to be stopped; returns whether one of both came. */
    private boolean await(CompletableFuture<Void> end, long nanos) {
        try {
            CompletableFuture.anyOf(end, this.stop).get(nanos, TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException ex) {
            return false;
        } catch (ExecutionException ex) {
            throw new IllegalStateException(ex);
        } catch (InterruptedException ex) {
            throw interrupted(ex);
        }
    }

    private static IllegalStateException interrupted(InterruptedException ex) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("the probe was interrupted", ex);
    }

    private void onFirstLoop(Runnable action) {
        this.loops.get(0).eventLoop().execute(action);
    }

    /** Ends the event loops, which have nothing more to do. */
    @Override
    public void close() {
        this.group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** Returns what tells the figures so far, at any time. */
    LoadMetrics metrics() {
        return new LoadMetrics(this.connector.settings().target().toString(), this.plan, this.loops);
    }

    /** Returns what was measured, once the run is closed. */
    LoadFigures figures() {
        return LoadFigures.of(
                this.loops.stream().map(LoadLoop::figures).toList(),
                this.plan.isPaced(),
                this.countedFromNanos,
                this.countedUntilNanos);
    }
}
