package dev.tcpecho.probe.cli;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Has a command print what it found before Ctrl-C or SIGTERM ends the process, and keeps its exit code. */
public final class StopSignal implements AutoCloseable {

    /** Less than the 10 s after which a container's engine kills. */
    private static final Duration MOST_TIME = Duration.ofSeconds(5);

    private final Runnable stop;

    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();

    private final Thread hook = new Thread(this::awaitEnd, "probe-stop");

    /**
     * Listens for the end of the process, until it is closed.
     *
     * @param stop has the command end; any thread may call it
     */
    public StopSignal(Runnable stop) {
        this.stop = stop;
        Runtime.getRuntime().addShutdownHook(this.hook);
    }

    /** Tells that there is no more to print: a process that is to end does so, with an exit code. */
    public void finished(int code) {
        this.exitCode.complete(code);
    }

    private void awaitEnd() {
        this.stop.run();
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
