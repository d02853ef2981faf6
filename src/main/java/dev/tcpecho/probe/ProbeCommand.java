package dev.tcpecho.probe;

import dev.tcpecho.probe.cli.Arguments;
import dev.tcpecho.probe.cli.Command;
import dev.tcpecho.probe.cli.CommandHelp;
import dev.tcpecho.probe.cli.Event;
import dev.tcpecho.probe.cli.Event.Type;
import dev.tcpecho.probe.cli.ExitCode;
import dev.tcpecho.probe.cli.Output;
import dev.tcpecho.probe.cli.OutputOptions;
import dev.tcpecho.probe.cli.UsageException;
import dev.tcpecho.probe.cli.ValueOption;
import dev.tcpecho.probe.cli.ValueType;
import dev.tcpecho.probe.client.ConnectOptions;
import dev.tcpecho.probe.client.ConnectSettings;
import dev.tcpecho.probe.client.Connector;
import dev.tcpecho.probe.client.NotConnectedException;
import dev.tcpecho.probe.client.ProbeConnection;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.Options;
import org.springframework.util.unit.DataSize;

/**
 * The command {@code probe}: connects to an echo service, sends random bytes, ends its stream, and tells by its exit
 * code whether all of them came back.
 */
final class ProbeCommand implements Command {

    static final String WATCH = "watch";

    static final String LOAD = "load";

    private static final String COMMAND = "probe";

    private static final DataSize MAX_SIZE = DataSize.ofGigabytes(1);

    private static final ValueOption<Integer> COUNT = ValueOption.of(
                    "count", "NUMBER", ValueType.NUMBER, "How many messages to send, each when the one before is back.")
            .withDefault("10");

    private static final ValueOption<DataSize> SIZE = ValueOption.of(
                    "size", "SIZE", ValueType.SIZE, "The size of a message, for example 512, 64KB or 1MB.")
            .withDefault("512");

    private static final ValueOption<Duration> INTERVAL = ValueOption.of(
                    "interval",
                    "DURATION",
                    ValueType.DURATION,
                    "The pause between two messages, for example 200ms or 1s.")
            .withDefault("0s");

    private final ConnectOptions connect = new ConnectOptions();

    @Override
    public CommandHelp help() {
        return new CommandHelp(
                COMMAND,
                ConnectOptions.OPERAND,
                "Sends random bytes to an echo service, ends the stream, and compares what comes back. The service on"
                        + " this host is " + ConnectOptions.defaultTarget() + ".",
                Map.of(
                        ExitCode.COMPLETE, "every byte came back, in order, once, and then a clean end",
                        ExitCode.LOST, "something was lost or changed",
                        ExitCode.NOT_CONNECTED, "no connection could be made"));
    }

    @Override
    public Options options() {
        Options options = new Options();
        this.connect.addTo(options);
        options.addOption(COUNT.option());
        options.addOption(SIZE.option());
        options.addOption(INTERVAL.option());
        OutputOptions.addTo(options);
        return options;
    }

    @Override
    public int run(Arguments arguments, PrintWriter out, PrintWriter err) {
        List<String> operands = arguments.operands();
        if (!operands.isEmpty() && List.of(WATCH, LOAD).contains(operands.get(0))) {
            throw new UsageException(
                    "an option stands before the command %1$s: write %1$s first".formatted(operands.get(0)));
        }
        Connector connector = this.connect.connector(arguments);
        int count = arguments.get(COUNT);
        arguments.require(count >= 1, COUNT, "1 or more");
        DataSize size = arguments.get(SIZE);
        arguments.require(size.toBytes() >= 1 && size.compareTo(MAX_SIZE) <= 0, SIZE, "from 1B to 1GB");
        Duration interval = arguments.get(INTERVAL);
        arguments.require(
                !interval.isNegative() && interval.compareTo(ConnectSettings.MAX_TIMEOUT) <= 0,
                INTERVAL,
                "from 0s to 24d");
        ExchangeSettings settings = new ExchangeSettings(
                count, size.toBytes(), interval, connector.settings().timeout());
        OutputOptions output = new OutputOptions(arguments);
        output.prepare();
        Output events = output.to(out);
        try (ProbeConnection connection = connector.connect()) {
            events.print(start(connector, connection));
            Exchange exchange = new Exchange(connection, settings);
            int exitCode = exchange(exchange, events, err);
            output.write(exchange.roundTrips());
            return exitCode;
        } catch (NotConnectedException ex) {
            fail(err, ex);
            events.print(Event.end(COMMAND, ExitCode.NOT_CONNECTED, ex.getMessage(), Map.of(), List.of()));
            return ExitCode.NOT_CONNECTED;
        }
    }

    private static Event start(Connector connector, ProbeConnection connection) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("command", COMMAND);
        fields.put("target", connector.settings().target().toString());
        fields.put("connection", connection.fields());
        return new Event(Type.START, fields, List.of(connection.description()));
    }

    private static int exchange(Exchange exchange, Output events, PrintWriter err) {
        List<String> lines = new ArrayList<>();
        int exitCode = ExitCode.COMPLETE;
        String error = null;
        try {
            exchange.run();
            lines.add("%s bytes came back in order, and then a clean end".formatted(exchange.received()));
        } catch (EchoLostException ex) {
            fail(err, ex);
            error = ex.getMessage();
            exitCode = ExitCode.LOST;
        }
        lines.addAll(exchange.roundTripsForPeople());
        events.print(Event.end(COMMAND, exitCode, error, exchange.fields(), lines));
        return exitCode;
    }

    private static void fail(PrintWriter err, Exception failure) {
        err.println("probe: " + failure.getMessage());
    }
}
