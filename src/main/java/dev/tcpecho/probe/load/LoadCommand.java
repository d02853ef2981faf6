package dev.tcpecho.probe.load;

import dev.tcpecho.probe.cli.Arguments;
import dev.tcpecho.probe.cli.Command;
import dev.tcpecho.probe.cli.CommandHelp;
import dev.tcpecho.probe.cli.Event;
import dev.tcpecho.probe.cli.Event.Type;
import dev.tcpecho.probe.cli.ExitCode;
import dev.tcpecho.probe.cli.Output;
import dev.tcpecho.probe.cli.OutputOptions;
import dev.tcpecho.probe.cli.StopSignal;
import dev.tcpecho.probe.cli.Terminal;
import dev.tcpecho.probe.client.ConnectOptions;
import dev.tcpecho.probe.client.NotConnectedException;
import dev.tcpecho.probe.client.Target;
import dev.tcpecho.probe.exporter.ListenOptions;
import dev.tcpecho.probe.exporter.MetricsServer;
import java.io.PrintWriter;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.commons.cli.Options;
import org.jspecify.annotations.Nullable;

/**
 * The command {@code probe load}: keeps many connections to an echo service busy for a while, compares every byte that
 * comes back, and tells how long the echoes took.
 */
public final class LoadCommand implements Command {

    private static final String NAME = "probe load";

    private static final String COMMAND = "load";

    private final LoadOptions load = new LoadOptions();

    @Override
    public CommandHelp help() {
        return new CommandHelp(
                NAME,
                ConnectOptions.OPERAND,
                "Keeps connections to an echo service busy for a while, and compares every byte that comes back."
                        + " Without --reconnect, it opens all connections first: the first one to the first of the host's"
                        + " addresses that accepts, and the others to the same address. At the end each connection ends"
                        + " its stream behind its last message, and waits for the rest and a clean end. A connection that"
                        + " fails is not opened again."
                        + " The service on this host is " + ConnectOptions.defaultTarget() + ".",
                Map.of(
                        ExitCode.COMPLETE,
                                "every byte came back on every connection, in order, once, and then a clean end",
                        ExitCode.LOST, "something was lost or changed, or a connection failed",
                        ExitCode.NOT_CONNECTED, "no connection could be made"));
    }

    @Override
    public Options options() {
        Options options = new Options();
        this.load.addTo(options);
        ListenOptions.addTo(options);
        OutputOptions.addTo(options);
        return options;
    }

    @Override
    public int run(Arguments arguments, PrintWriter out, PrintWriter err) {
        LoadSettings settings = this.load.settings(arguments);
        OutputOptions output = new OutputOptions(arguments);
        output.prepare();
        Output events = output.to(out);
        CompletableFuture<Void> stop = new CompletableFuture<>();
        try (StopSignal signal = new StopSignal(() -> stop.complete(null))) {
            LoadRun run = new LoadRun(settings, stop);
            int exitCode;
            try {
                load(settings, run, arguments, events);
                LoadFigures figures = run.figures();
                exitCode = report(settings.plan(), figures, events, err);
                output.write(figures.sum().latencies());
            } catch (NotConnectedException ex) {
                exitCode = reportNotConnected(run.figures(), ex, events, err);
            }
            signal.finished(exitCode);
            return exitCode;
        }
    }

    private static void load(LoadSettings settings, LoadRun run, Arguments arguments, Output out)
            throws NotConnectedException {
        try (run;
                MetricsServer server = ListenOptions.start(arguments, run.metrics())) {
            SocketAddress address = run.connect();
            out.print(start(settings, address, server));
            run.load(interval -> out.print(interval(interval)));
        }
    }

    private static int reportNotConnected(
            LoadFigures figures, NotConnectedException failure, Output out, PrintWriter err) {
        fail(err, String.valueOf(failure.getMessage()));
        Map<String, Object> failures = LoadReport.failures(figures.sum().failures());
        out.print(Event.end(
                COMMAND, ExitCode.NOT_CONNECTED, failure.getMessage(), Map.of("failures", failures), List.of()));
        return ExitCode.NOT_CONNECTED;
    }

    private static int report(LoadPlan plan, LoadFigures figures, Output out, PrintWriter err) {
        LoadReport report = new LoadReport(plan, figures);
        figures.sum().firstFailures().forEach((cause, sentence) -> fail(err, "%s: %s".formatted(cause, sentence)));
        int exitCode = figures.sum().failures().isEmpty() ? ExitCode.COMPLETE : ExitCode.LOST;
        String error =
                figures.sum().firstFailures().values().stream().findFirst().orElse(null);
        out.print(Event.end(COMMAND, exitCode, error, report.fields(), report.lines()));
        return exitCode;
    }

    private static void fail(PrintWriter err, String sentence) {
        err.println("%s: %s".formatted(NAME, sentence));
    }

    private static Event start(LoadSettings settings, SocketAddress address, @Nullable MetricsServer server) {
        LoadPlan plan = settings.plan();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("command", COMMAND);
        fields.put("target", settings.connector().settings().target().toString());
        fields.put("address", Target.of(address).toString());
        fields.put("connections", plan.connections());
        fields.put("size", plan.size());
        fields.put("pipeline", plan.pipeline());
        fields.put("reconnect", plan.reconnects());
        if (plan.isPaced()) {
            fields.put("rate", plan.rate());
        }
        fields.put("durationSeconds", plan.duration().toMillis() / 1e3);
        fields.put("omitSeconds", plan.omit().toMillis() / 1e3);
        fields.put("transport", settings.transport().toString());
        fields.put("threads", settings.threads());
        List<String> lines = new ArrayList<>();
        if (server != null) {
            fields.putAll(server.fields());
            lines.add(server.description());
        }
        lines.add("load of %s by %s connections%s; %s, event loops: %s"
                .formatted(
                        Target.of(address),
                        plan.connections(),
                        plan.reconnects() ? ", a new one for each message" : "",
                        settings.transport(),
                        settings.threads()));
        return new Event(Type.START, fields, lines);
    }

    private static Event interval(LoadInterval interval) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("command", COMMAND);
        fields.putAll(interval.fields());
        // People see progress on a terminal alone.
        return new Event(Type.INTERVAL, fields, Terminal.isThere() ? interval.lines() : List.of());
    }
}
