package dev.tcpecho.probe.load;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Has a command print what it found before Ctrl-C or SIGTERM ends the process, and keeps its exit code. */
final class StopSignal implements AutoCloseable {

    private static final Duration MOST_TIME = Duration.ofSeconds(5);

    private final CompletableFuture<Void> requested = new CompletableFuture<>();

    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();

    private final Thread hook = new Thread(this::stop, "probe-stop");

    StopSignal() {
        Runtime.getRuntime().addShutdownHook(this.hook);
    }

    /** Completes when the process is to end. */
    CompletableFuture<Void> requested() {
        return this.requested;
    }

    /** Has a process that is to end do so, with an exit code; there is no more to print. */
    void finished(int code) {
        this.exitCode.complete(code);
    }

    private void stop() {
        this.requested.complete(null);
        try {
            // Java would exit with the signal's own code.
            Runtime.getRuntime().halt(this.exitCode.get(MOST_TIME.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException | ExecutionException ex) {
            // The process ends with the signal's own code.
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(this.hook);
        } catch (IllegalStateException ex) {
            // The process is ending.
        }
    }
}
