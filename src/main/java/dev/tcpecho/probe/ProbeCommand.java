package dev.tcpecho.probe;

import dev.tcpecho.probe.cli.Arguments;
import dev.tcpecho.probe.cli.Command;
import dev.tcpecho.probe.cli.CommandHelp;
import dev.tcpecho.probe.cli.Event;
import dev.tcpecho.probe.cli.Event.Type;
import dev.tcpecho.probe.cli.ExitCode;
import dev.tcpecho.probe.cli.Latencies;
import dev.tcpecho.probe.cli.Output;
import dev.tcpecho.probe.cli.OutputOptions;
import dev.tcpecho.probe.cli.UsageException;
import dev.tcpecho.probe.client.ConnectOptions;
import dev.tcpecho.probe.client.Connector;
import dev.tcpecho.probe.client.NotConnectedException;
import dev.tcpecho.probe.client.ProbeConnection;
import dev.tcpecho.probe.client.Target;
import dev.tcpecho.probe.udp.UdpProbe;
import dev.tcpecho.probe.udp.UdpSettings;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.Options;

/**
 * The command {@code probe}: connects to an echo service, sends random bytes, ends its stream, and tells by its exit
 * code whether all of them came back.
 */
final class ProbeCommand implements Command {

    static final String WATCH = "watch";

    static final String LOAD = "load";

    private static final String COMMAND = "probe";

    /** A datagram that is lost never comes, and there are several to wait for. */
    private static final Duration UDP_TIMEOUT = Duration.ofSeconds(1);

    private final ConnectOptions connect = new ConnectOptions();

    @Override
    public CommandHelp help() {
        return new CommandHelp(
                COMMAND,
                "[HOST:PORT | unix:PATH | udp://HOST:PORT]",
                "Sends random bytes to an echo service, ends the stream, and compares what comes back. To udp://, it"
                        + " sends datagrams, and waits 1s for each answer unless there is a --timeout. The service on this"
                        + " host is " + ConnectOptions.defaultTarget() + ".",
                Map.of(
                        ExitCode.COMPLETE,
                                "every byte came back, in order, once, and then a clean end; or each datagram, once and in time",
                        ExitCode.LOST, "something was lost or changed",
                        ExitCode.NOT_CONNECTED, "no connection could be made, or no datagram came back"));
    }

    @Override
    public Options options() {
        Options options = new Options();
        this.connect.addTo(options);
        MessageOptions.addTo(options);
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
        OutputOptions output = new OutputOptions(arguments);
        return (ConnectOptions.target(arguments) instanceof Target.Udp target)
                ? sendDatagrams(target, arguments, output, output.to(out), err)
                : sendStream(arguments, output, output.to(out), err);
    }

    private int sendStream(Arguments arguments, OutputOptions output, Output events, PrintWriter err) {
        Connector connector = this.connect.connector(arguments);
        ExchangeSettings settings =
                new MessageOptions(arguments).ofStream(connector.settings().timeout());
        output.prepare();
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

    private int sendDatagrams(
            Target.Udp target, Arguments arguments, OutputOptions output, Output events, PrintWriter err) {
        this.connect.requireNoneOfConnections(arguments);
        MessageOptions messages = new MessageOptions(arguments);
        if (messages.sweeps() && output.hasHistogram()) {
            throw new UsageException("--histogram has the round trips of one size: leave it out beside --sweep");
        }
        Duration timeout = this.connect.timeout(arguments, UDP_TIMEOUT);
        // Whatever addresses there are.
        messages.ofDatagrams(UdpSettings.MAX_SIZE, timeout);
        output.prepare();
        try {
            List<InetSocketAddress> addresses = UdpProbe.addresses(target, ConnectOptions.family(arguments));
            UdpSettings settings = messages.ofDatagrams(UdpSettings.maxSize(addresses), timeout);
            UdpProbe probe = new UdpProbe(target, settings, events, err);
            int exitCode = messages.sweeps() ? probe.sweep(addresses) : probe.run(addresses);
            output.write(probe.roundTrips());
            return exitCode;
        } catch (NotConnectedException ex) {
            fail(err, ex);
            events.print(UdpProbe.end(ExitCode.NOT_CONNECTED, ex.getMessage(), Map.of(), List.of()));
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
        lines.addAll(new Latencies(exchange.roundTrips()).roundTripsForPeople(exchange.size()));
        events.print(Event.end(COMMAND, exitCode, error, exchange.fields(), lines));
        return exitCode;
    }

    private static void fail(PrintWriter err, Exception failure) {
        err.println("probe: " + failure.getMessage());
    }
}
