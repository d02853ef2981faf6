package dev.tcpecho.probe;

import dev.tcpecho.probe.cli.Event;
import dev.tcpecho.probe.cli.Event.Type;
import dev.tcpecho.probe.cli.ExitCode;
import dev.tcpecho.probe.cli.Output;
import dev.tcpecho.probe.cli.OutputOptions;
import dev.tcpecho.probe.cli.Units;
import dev.tcpecho.probe.cli.Usage;
import dev.tcpecho.probe.client.ConnectOptions;
import dev.tcpecho.probe.client.Connector;
import dev.tcpecho.probe.client.NotConnectedException;
import dev.tcpecho.probe.client.ProbeConnection;
import dev.tcpecho.probe.load.LoadCommand;
import dev.tcpecho.probe.watch.WatchCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.util.unit.DataSize;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/**
 * The command {@code probe}: connects to an echo service, sends random bytes, ends its stream, and tells by its exit
 * code whether all of them came back.
 */
@Command(
        name = "probe",
        subcommands = {WatchCommand.class, LoadCommand.class},
        description = "Sends random bytes to an echo service, ends the stream, and compares what comes back.",
        sortOptions = false,
        usageHelpAutoWidth = true,
        exitCodeOnInvalidInput = ExitCode.BAD_USAGE,
        exitCodeOnExecutionException = ExitCode.DEFECT,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:every byte came back, in order, once, and then a clean end",
            "1:something was lost or changed",
            "2:no connection could be made",
            "64:bad usage",
            "70:the probe itself failed"
        })
public final class ProbeCommand implements Callable<Integer> {

    private static final String COMMAND = "probe";

    private static final DataSize MAX_SIZE = DataSize.ofGigabytes(1);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConnectOptions connect = new ConnectOptions();

    @Option(
            names = "--count",
            defaultValue = "10",
            description = "How many messages to send, each when the one before is back. Default: ${DEFAULT-VALUE}")
    private int count;

    @Option(
            names = "--size",
            defaultValue = "512",
            description = "The size of a message, for example 512, 64KB or 1MB. Default: ${DEFAULT-VALUE}")
    private DataSize size = DataSize.ofBytes(0);

    @Option(
            names = "--interval",
            defaultValue = "0s",
            description = "The pause between two messages, for example 200ms or 1s. Default: ${DEFAULT-VALUE}")
    private Duration interval = Duration.ZERO;

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Option(names = "--help", usageHelp = true, description = "Show this.")
    private boolean help;

    /**
     * Runs the command and prints what it found to the standard output, and what went wrong to the standard error.
     *
     * @param arguments those after {@code probe}
     * @return the exit code: 0 when every byte came back, 1 when something was lost or changed, 2 when no connection
     *     could be made, 64 on bad usage, 70 when the probe itself failed
     */
    public static int run(String... arguments) {
        return commandLine().setExecutionStrategy(ProbeCommand::executeAlone).execute(arguments);
    }

    /** Where no Spring has set up the log, Netty would fill the standard output with it. */
    private static int executeAlone(ParseResult result) {
        if (result.hasSubcommand()) {
            LoggingSystem.get(ProbeCommand.class.getClassLoader()).beforeInitialize();
        }
        return execute(result);
    }

    static CommandLine commandLine() {
        return new CommandLine(new ProbeCommand())
                .registerConverter(Duration.class, Units::duration)
                .registerConverter(DataSize.class, Units::size)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExpandAtFiles(false)
                .setExecutionStrategy(ProbeCommand::execute)
                .setParameterExceptionHandler(ProbeCommand::refuse);
    }

    /** Options before the name of another command would be for nothing. */
    private static int execute(ParseResult result) {
        if (result.hasSubcommand() && !result.originalArgs().isEmpty()) {
            String name = result.subcommand().commandSpec().name();
            String first = result.originalArgs().get(0);
            if (!first.equals(name)) {
                throw new ParameterException(
                        result.commandSpec().commandLine(),
                        "'%s' stands before the command %s: write it behind".formatted(first, name));
            }
        }
        return new CommandLine.RunLast().execute(result);
    }

    private static int refuse(ParameterException ex, String[] arguments) {
        String command = ex.getCommandLine().getCommandSpec().qualifiedName();
        ex.getCommandLine().getErr().println("%s: %s. See %s --help.".formatted(command, ex.getMessage(), command));
        return ExitCode.BAD_USAGE;
    }

    @Override
    public Integer call() {
        Usage.require(this.spec, this.count >= 1, "--count", "1 or more");
        Usage.require(
                this.spec, this.size.toBytes() >= 1 && this.size.compareTo(MAX_SIZE) <= 0, "--size", "from 1B to 1GB");
        Usage.require(
                this.spec,
                !this.interval.isNegative() && this.interval.compareTo(Usage.MAX_DURATION) <= 0,
                "--interval",
                "from 0s to 24d");
        Connector connector = this.connect.connector();
        this.output.prepare();
        return probe(connector);
    }

    private int probe(Connector connector) {
        Output out = this.output.to(this.spec.commandLine().getOut());
        String target = connector.settings().target().toString();
        try (ProbeConnection connection = connector.connect()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("command", COMMAND);
            fields.put("target", target);
            fields.put("connection", connection.fields());
            out.print(new Event(Type.START, fields, List.of(connection.description())));
            return exchange(connector, connection, out);
        } catch (NotConnectedException ex) {
            fail(ex);
            out.print(Event.end(COMMAND, ExitCode.NOT_CONNECTED, ex.getMessage(), Map.of(), List.of()));
            return ExitCode.NOT_CONNECTED;
        }
    }

    private int exchange(Connector connector, ProbeConnection connection, Output out) {
        Exchange exchange = new Exchange(
                connection,
                this.count,
                this.size.toBytes(),
                this.interval,
                connector.settings().timeout());
        List<String> lines = new ArrayList<>();
        int exitCode = ExitCode.COMPLETE;
        String error = null;
        try {
            exchange.run();
            lines.add("%s bytes came back in order, and then a clean end".formatted(exchange.received()));
        } catch (EchoLostException ex) {
            fail(ex);
            error = ex.getMessage();
            exitCode = ExitCode.LOST;
        }
        lines.addAll(exchange.roundTripsForPeople());
        out.print(Event.end(COMMAND, exitCode, error, exchange.fields(), lines));
        this.output.write(exchange.roundTrips());
        return exitCode;
    }

    private void fail(Exception failure) {
        this.spec.commandLine().getErr().println("probe: " + failure.getMessage());
    }
}
