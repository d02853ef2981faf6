package dev.tcpecho.probe.watch;

import dev.tcpecho.probe.cli.Event;
import dev.tcpecho.probe.cli.ExitCode;
import dev.tcpecho.probe.cli.Output;
import dev.tcpecho.probe.client.NotConnectedException;
import dev.tcpecho.probe.exporter.Figures;
import dev.tcpecho.probe.exporter.MetricsServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** A run: both clocks, from the first tick to the summary. */
final class Watch {

    private static final Duration MIN_REPORT_INTERVAL = Duration.ofSeconds(1);

    /** Whoever stops the run wants its summary now. */
    private static final Duration WAIT_AFTER_STOP = Duration.ofSeconds(1);

    private final WatchSettings settings;

    private final Limits limits;

    private final Output output;

    private final RecentInterruptions recent = new RecentInterruptions();

    private final List<Ledger> ledgers =
            List.of(new Ledger(ClockName.ESTABLISHED, this::ended), new Ledger(ClockName.NEW, this::ended));

    private final Reporter reporter;

    private List<String> errors = List.of();

    Watch(WatchSettings settings, Limits limits, Output output, @Nullable Progress progress) {
        this.settings = settings;
        this.limits = limits;
        this.output = output;
        Duration interval = settings.interval();
        this.reporter = new Reporter(
                output,
                progress,
                this.ledgers,
                (interval.compareTo(MIN_REPORT_INTERVAL) > 0) ? interval : MIN_REPORT_INTERVAL);
    }

    private void ended(Interruption interruption) {
        this.recent.add(interruption);
        this.reporter.print(Events.interruption(interruption));
    }

    /**
     * Runs until the time tells to end, or the duration is over, and prints what was found.
     *
     * @param server what serves its metrics meanwhile; null for nothing
     * @return the exit code
     */
    int run(Time time, @Nullable MetricsServer server) throws InterruptedException {
        connectOnce(server);
        try (EstablishedConnection established = new EstablishedConnection(this.settings, this.ledgers.get(0));
                NewConnections fresh = new NewConnections(this.settings, this.ledgers.get(1));
                this.reporter) {
            this.reporter.start();
            new Ticker(this.settings, List.of(established, fresh), time).run(WAIT_AFTER_STOP);
            Moment end = time.now();
            this.ledgers.forEach(ledger -> ledger.finish(end));
        }
        int exitCode = exitCode();
        this.output.print(Events.end(exitCode, this.errors, this.ledgers, this.recent, this.reporter.dropped()));
        return exitCode;
    }

    /** Not counted: Java loads what it needs for the first connection, above all for TLS, which takes its time. */
    private void connectOnce(@Nullable MetricsServer server) {
        Event start;
        try (EchoSession session = EchoSession.open(this.settings)) {
            start = Events.start(this.settings, session, server);
        } catch (IOException | NotConnectedException ex) {
            // The clocks tell.
            start = Events.start(this.settings, null, server);
        }
        this.output.print(start);
    }

    private int exitCode() {
        if (this.ledgers.stream()
                .allMatch(ledger -> ledger.counts().roundTrips().getTotalCount() == 0)) {
            this.errors = List.of("no message came back" + lastFailure());
            return ExitCode.NOT_CONNECTED;
        }
        this.errors = this.limits.passed(this.ledgers);
        return this.errors.isEmpty() ? ExitCode.COMPLETE : ExitCode.LOST;
    }

    private String lastFailure() {
        List<Failure> failures = new ArrayList<>();
        this.ledgers.forEach(ledger -> ledger.lastFailure().ifPresent(failures::add));
        if (failures.isEmpty()) {
            return "";
        }
        Failure last = failures.get(failures.size() - 1);
        String cause = last.isOfConnection()
                ? this.settings.connector().settings().likelyCause().ofNothing()
                : "";
        return ": " + last.sentence() + cause;
    }

    /** Returns what tells the figures so far, at any time. */
    Figures metrics() {
        String target = this.settings.connector().settings().target().toString();
        return executor ->
                CompletableFuture.completedFuture(new WatchFigures(this.ledgers, System.nanoTime()).metrics(target));
    }

    /** Returns why the exit code is not 0, a sentence each. */
    List<String> errors() {
        return this.errors;
    }

    /** Returns the round trips on the connection that stays, in nanoseconds. */
    Histogram roundTrips() {
        return this.ledgers.get(0).counts().roundTrips();
    }
}
