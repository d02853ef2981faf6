package dev.tcpecho.probe.load;

import dev.tcpecho.probe.cli.Event;
import dev.tcpecho.probe.cli.Event.Type;
import dev.tcpecho.probe.cli.ExitCode;
import dev.tcpecho.probe.cli.Output;
import dev.tcpecho.probe.cli.OutputOptions;
import dev.tcpecho.probe.cli.StopSignal;
import dev.tcpecho.probe.cli.Terminal;
import dev.tcpecho.probe.cli.Usage;
import dev.tcpecho.probe.client.ConnectOptions;
import dev.tcpecho.probe.client.Connector;
import dev.tcpecho.probe.client.NotConnectedException;
import dev.tcpecho.probe.client.Target;
import dev.tcpecho.transport.Transport;
import dev.tcpecho.transport.TransportChoice;
import dev.tcpecho.transport.TransportUnavailableException;
import io.netty.util.NettyRuntime;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The command {@code probe load}: keeps many connections to an echo service busy for a while, compares every byte that
 * comes back, and tells how long the echoes took.
 */
@Command(
        name = "load",
        description = {
            "Keeps connections to an echo service busy for a while, and compares every byte that comes back.",
            "It opens all connections first: the first one to the first of the host's addresses that accepts, and the"
                    + " others to the same address. At the end each connection ends its stream behind its last message,"
                    + " and waits for the rest and a clean end. A connection that fails is not opened again."
        },
        sortOptions = false,
        usageHelpAutoWidth = true,
        exitCodeOnInvalidInput = ExitCode.BAD_USAGE,
        exitCodeOnExecutionException = ExitCode.DEFECT,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:every byte came back on every connection, in order, once, and then a clean end",
            "1:something was lost or changed, or a connection failed",
            "2:no connection could be made",
            "64:bad usage",
            "70:the probe itself failed"
        })
public final class LoadCommand implements Callable<Integer> {

    private static final String COMMAND = "load";

    private static final DataSize MAX_SIZE = DataSize.ofGigabytes(1);

    private static final int MAX_PIPELINE = 1000;

    private static final int MAX_RATE = 10_000_000;

    private static final int MAX_THREADS = 256;

    /** As Netty has it: on a busy machine, one for each was driven much less often than the service. */
    private static final int LOOPS_OF_A_PROCESSOR = 2;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConnectOptions connect = new ConnectOptions();

    @Option(
            names = "--connections",
            defaultValue = "50",
            description = "How many connections. Default: ${DEFAULT-VALUE}")
    private int connections;

    @Option(
            names = "--rate",
            description = "How many messages to send a second, on all connections together. Their latency counts from"
                    + " the time at which each is planned, so that it includes the wait for a slow service."
                    + " Default: as many as come back")
    private @Nullable Integer rate;

    @Option(
            names = "--connect-rate",
            description = "How many connections to begin a second. Default: as many as the service accepts")
    private @Nullable Integer connectRate;

    @Option(
            names = "--duration",
            defaultValue = "10s",
            description = "How long to send messages that count. Default: ${DEFAULT-VALUE}")
    private Duration duration = Duration.ZERO;

    @Option(
            names = "--omit",
            defaultValue = "0s",
            description = "How long to send messages before, which are compared and do not count. Default:"
                    + " ${DEFAULT-VALUE}")
    private Duration omit = Duration.ZERO;

    @Option(
            names = "--size",
            defaultValue = "512",
            description = "The size of a message, for example 512, 64KB or 1MB. Default: ${DEFAULT-VALUE}")
    private DataSize size = DataSize.ofBytes(0);

    @Option(
            names = "--pipeline",
            defaultValue = "1",
            description = "How many messages of a connection may be under way. Default: ${DEFAULT-VALUE}")
    private int pipeline;

    @Option(
            names = "--threads",
            description = "How many event loops drive the connections. Default: two for each processor")
    private @Nullable Integer threads;

    @Option(
            names = "--transport",
            paramLabel = "auto|nio|epoll|io-uring",
            defaultValue = "auto",
            description = "How to reach the kernel's sockets. Default: ${DEFAULT-VALUE}")
    private TransportChoice transport = TransportChoice.AUTO;

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Option(names = "--help", usageHelp = true, description = "Show this.")
    private boolean help;

    @Override
    public Integer call() {
        Connector connector = this.connect.connector();
        int eventLoops =
                (this.threads != null) ? this.threads : LOOPS_OF_A_PROCESSOR * NettyRuntime.availableProcessors();
        requireRange(eventLoops, "--threads", MAX_THREADS);
        LoadPlan plan = plan(connector, eventLoops);
        Transport resolved = transport();
        this.output.prepare();
        CompletableFuture<Void> stop = new CompletableFuture<>();
        try (StopSignal signal = new StopSignal(() -> stop.complete(null))) {
            int exitCode = load(connector, plan, resolved, eventLoops, stop);
            signal.finished(exitCode);
            return exitCode;
        }
    }

    private LoadPlan plan(Connector connector, int eventLoops) {
        int most = Descriptors.forConnections(eventLoops);
        Usage.require(
                this.spec,
                this.connections >= 1 && this.connections <= most,
                "--connections",
                "from 1 to %s, as many as this process may open (ulimit -n)".formatted(most));
        requireRange(this.rate, "--rate", MAX_RATE);
        requireRange(this.connectRate, "--connect-rate", MAX_RATE);
        requireRange(this.pipeline, "--pipeline", MAX_PIPELINE);
        requireDuration(this.duration, Duration.ofMillis(1), "--duration", "from 1ms to 24d");
        requireDuration(this.omit, Duration.ZERO, "--omit", "from 0s to 24d");
        Usage.require(
                this.spec, this.size.toBytes() >= 1 && this.size.compareTo(MAX_SIZE) <= 0, "--size", "from 1B to 1GB");
        return new LoadPlan(
                this.connections,
                (this.rate != null) ? this.rate : 0,
                (this.connectRate != null) ? this.connectRate : 0,
                this.duration,
                this.omit,
                (int) this.size.toBytes(),
                this.pipeline,
                connector.settings().timeout());
    }

    private void requireRange(@Nullable Integer value, String option, int most) {
        Usage.require(this.spec, value == null || value >= 1 && value <= most, option, "from 1 to %s".formatted(most));
    }

    private void requireDuration(Duration value, Duration least, String option, String form) {
        Usage.require(this.spec, value.compareTo(least) >= 0 && value.compareTo(Usage.MAX_DURATION) <= 0, option, form);
    }

    private Transport transport() {
        try {
            return this.transport.resolve();
        } catch (TransportUnavailableException ex) {
            throw Usage.refusal(this.spec, "--transport", "one that this host has");
        }
    }

    private int load(
            Connector connector, LoadPlan plan, Transport transport, int eventLoops, CompletableFuture<Void> stop) {
        Output out = this.output.to(this.spec.commandLine().getOut());
        LoadRun run = new LoadRun(connector, plan, transport, eventLoops, stop);
        try (run) {
            InetSocketAddress address = run.connect();
            out.print(start(connector, plan, transport, eventLoops, address));
            run.load(interval -> out.print(interval(interval)));
        } catch (NotConnectedException ex) {
            fail(String.valueOf(ex.getMessage()));
            Map<String, Object> failures =
                    LoadReport.failures(run.figures().sum().failures());
            out.print(Event.end(
                    COMMAND, ExitCode.NOT_CONNECTED, ex.getMessage(), Map.of("failures", failures), List.of()));
            return ExitCode.NOT_CONNECTED;
        }
        return report(run.figures(), plan, out);
    }

    private int report(LoadFigures figures, LoadPlan plan, Output out) {
        LoadReport report = new LoadReport(plan, figures);
        figures.sum().firstFailures().forEach((cause, sentence) -> fail("%s: %s".formatted(cause, sentence)));
        int exitCode = figures.sum().failures().isEmpty() ? ExitCode.COMPLETE : ExitCode.LOST;
        String error =
                figures.sum().firstFailures().values().stream().findFirst().orElse(null);
        out.print(Event.end(COMMAND, exitCode, error, report.fields(), report.lines()));
        this.output.write(figures.sum().latencies());
        return exitCode;
    }

    private void fail(String sentence) {
        this.spec.commandLine().getErr().println("probe load: " + sentence);
    }

    private static Event start(
            Connector connector, LoadPlan plan, Transport transport, int eventLoops, InetSocketAddress address) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("command", COMMAND);
        fields.put("target", connector.settings().target().toString());
        fields.put("address", Target.of(address).toString());
        fields.put("connections", plan.connections());
        fields.put("size", plan.size());
        fields.put("pipeline", plan.pipeline());
        if (plan.isPaced()) {
            fields.put("rate", plan.rate());
        }
        fields.put("durationSeconds", plan.duration().toMillis() / 1e3);
        fields.put("omitSeconds", plan.omit().toMillis() / 1e3);
        fields.put("transport", transport.toString());
        fields.put("threads", eventLoops);
        return new Event(
                Type.START,
                fields,
                List.of("load of %s by %s connections; %s, event loops: %s"
                        .formatted(Target.of(address), plan.connections(), transport, eventLoops)));
    }

    private static Event interval(LoadInterval interval) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("command", COMMAND);
        fields.putAll(interval.fields());
        // People see progress on a terminal alone.
        return new Event(Type.INTERVAL, fields, Terminal.isThere() ? interval.lines() : List.of());
    }
}
