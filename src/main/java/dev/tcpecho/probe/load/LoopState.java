package dev.tcpecho.probe.load;

import dev.tcpecho.probe.client.FailureCause;
import dev.tcpecho.probe.client.LikelyCause;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** What the connections of one event loop share. Used on that event loop alone. */
final class LoopState {

    private final LoadPlan plan;

    private final LikelyCause likelyCause;

    private final EchoPattern pattern;

    private final LoopFigures figures;

    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private int open;

    private int attempts;

    private boolean started;

    private boolean sending;

    private long startNanos;

    LoopState(LoadPlan plan, LikelyCause likelyCause, ByteBuffer bytes) {
        this.plan = plan;
        this.likelyCause = likelyCause;
        this.pattern = new EchoPattern(bytes);
        this.figures = new LoopFigures(plan.isPaced());
    }

    LoadPlan plan() {
        return this.plan;
    }

    LikelyCause likelyCause() {
        return this.likelyCause;
    }

    EchoPattern pattern() {
        return this.pattern;
    }

    LoopFigures figures() {
        return this.figures;
    }

    /** Starts to send, at a time of {@link System#nanoTime()}. */
    void start(long nanos) {
        this.started = true;
        this.sending = true;
        this.startNanos = nanos;
        this.figures.countFrom(nanos + this.plan.omit().toNanos());
    }

    long startNanos() {
        return this.startNanos;
    }

    boolean isSending() {
        return this.sending;
    }

    void stopSending() {
        this.sending = false;
    }

    void opened() {
        this.open++;
        this.figures.opened();
    }

    /** A client that reconnects begins to connect. */
    void begun() {
        this.attempts++;
        this.figures.begun();
    }

    /** What it began is over: the connection has closed, or was not made. */
    void over() {
        this.attempts--;
        endIfNothingIsOpen();
    }

    void complete() {
        this.figures.completed();
        endedOne();
    }

    void failed(FailureCause cause, String sentence, long lost) {
        this.figures.failed(cause, sentence, lost);
        endedOne();
    }

    private void endedOne() {
        this.open--;
        endIfNothingIsOpen();
    }

    void endIfNothingIsOpen() {
        boolean more = this.plan.reconnects() && this.sending;
        if (this.started && !more && this.open == 0 && this.attempts == 0) {
            this.sending = false;
            this.ended.complete(null);
        }
    }

    int openConnections() {
        return this.open;
    }

    /** Completes when the last connection has ended, after the start. May be asked by any thread. */
    CompletableFuture<Void> ended() {
        return this.ended;
    }
}
