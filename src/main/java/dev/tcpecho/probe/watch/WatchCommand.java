package dev.tcpecho.probe.watch;

import dev.tcpecho.probe.cli.Arguments;
import dev.tcpecho.probe.cli.Command;
import dev.tcpecho.probe.cli.CommandHelp;
import dev.tcpecho.probe.cli.ExitCode;
import dev.tcpecho.probe.cli.OutputOptions;
import dev.tcpecho.probe.cli.StopSignal;
import dev.tcpecho.probe.cli.Terminal;
import dev.tcpecho.probe.cli.UsageException;
import dev.tcpecho.probe.cli.ValueOption;
import dev.tcpecho.probe.cli.ValueType;
import dev.tcpecho.probe.client.ConnectOptions;
import dev.tcpecho.probe.client.Connector;
import dev.tcpecho.probe.exporter.ListenOptions;
import dev.tcpecho.probe.exporter.MetricsServer;
import java.io.PrintWriter;
import java.security.Security;
import java.time.Duration;
import java.util.Map;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.springframework.util.unit.DataSize;

/**
 * The command {@code probe watch}: echoes a message at each tick on a connection that stays, and another on a new
 * connection, and tells each interruption when it is over.
 */
public final class WatchCommand implements Command {

    private static final String COMMAND = "probe watch";

    private static final Duration MIN_INTERVAL = Duration.ofMillis(10);

    private static final Duration MAX_INTERVAL = Duration.ofHours(1);

    private static final Duration MAX_DURATION = Duration.ofDays(366);

    private static final DataSize MAX_SIZE = DataSize.ofKilobytes(16);

    /** Of each clock. Each connect under way has a thread. */
    private static final int MAX_UNDER_WAY = 1000;

    private static final ValueOption<Duration> INTERVAL = ValueOption.of(
                    "interval", "DURATION", ValueType.DURATION, "The time between two ticks.")
            .withDefault("100ms");

    private static final ValueOption<Duration> DURATION = ValueOption.of(
            "duration",
            "DURATION",
            ValueType.DURATION,
            "How long to watch, for example 30s. Default: until it is stopped");

    private static final ValueOption<DataSize> SIZE = ValueOption.of(
                    "size", "SIZE", ValueType.SIZE, "The size of a message, up to 16KB.")
            .withDefault("64");

    private static final Option GREETING = Option.builder()
            .longOpt("greeting")
            .desc("The service sends one line first, as the behaviour greeting does with format json: tell by its pod"
                    + " or hostname who served before an interruption, and who after it.")
            .get();

    private static final ValueOption<Duration> MAX_INTERRUPTION = ValueOption.of(
            "max-interruption", "DURATION", ValueType.DURATION, "End with 1 if an interruption was longer.");

    private static final ValueOption<Long> MAX_LOST = ValueOption.of(
            "max-lost",
            "MESSAGES",
            ValueType.LONG_NUMBER,
            "End with 1 if more messages were lost, both clocks together.");

    /** A shorter time-out than the other commands have: no stall that is shorter is seen. */
    private final ConnectOptions connect =
            new ConnectOptions("1s", "How long a message may take until its whole echo is back, connect and all.");

    @Override
    public CommandHelp help() {
        return new CommandHelp(
                COMMAND,
                ConnectOptions.OPERAND,
                "Watches the path to an echo service, and tells each interruption when it is over. At each tick it"
                        + " sends a message on a connection that stays, which it makes anew when it is lost, and"
                        + " another on a new connection. A message is lost if its whole echo is not back within"
                        + " --timeout. It runs until --duration is over, or Ctrl-C or SIGTERM stops it, and then"
                        + " prints a summary. The service on this host is "
                        + ConnectOptions.defaultTarget() + ".",
                Map.of(
                        ExitCode.COMPLETE, "no limit was passed, or none was set",
                        ExitCode.LOST, "--max-interruption or --max-lost was passed",
                        ExitCode.NOT_CONNECTED, "no message came back in the whole run"));
    }

    @Override
    public Options options() {
        Options options = new Options();
        this.connect.addTo(options);
        options.addOption(INTERVAL.option());
        options.addOption(DURATION.option());
        options.addOption(SIZE.option());
        options.addOption(GREETING);
        options.addOption(MAX_INTERRUPTION.option());
        options.addOption(MAX_LOST.option());
        ListenOptions.addTo(options);
        OutputOptions.addTo(options);
        return options;
    }

    @Override
    public int run(Arguments arguments, PrintWriter out, PrintWriter err) throws InterruptedException {
        WatchSettings settings = settings(arguments);
        Limits limits = limits(arguments, settings);
        OutputOptions output = new OutputOptions(arguments);
        output.prepare();
        // Java would keep an address for 30 s, and the failure of a look-up for 10 s.
        Security.setProperty("networkaddress.cache.ttl", "1");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        Watch watch = new Watch(
                settings, limits, output.to(out), (output.isText() && Terminal.isThere()) ? new Progress(err) : null);
        StoppableTime time = new StoppableTime();
        try (MetricsServer server = ListenOptions.start(arguments, watch.metrics());
                StopSignal signal = new StopSignal(time::stop)) {
            int exitCode = watch.run(time, server);
            watch.errors().forEach(error -> err.println("%s: %s".formatted(COMMAND, error)));
            output.write(watch.roundTrips());
            signal.finished(exitCode);
            return exitCode;
        }
    }

    private WatchSettings settings(Arguments arguments) {
        Connector connector = this.connect.connector(arguments);
        Duration interval = arguments.get(INTERVAL);
        arguments.require(
                interval.compareTo(MIN_INTERVAL) >= 0 && interval.compareTo(MAX_INTERVAL) <= 0,
                INTERVAL,
                "from 10ms to 1h");
        Duration duration = arguments.find(DURATION);
        arguments.require(
                duration == null
                        || (!duration.isNegative() && !duration.isZero() && duration.compareTo(MAX_DURATION) <= 0),
                DURATION,
                "more than 0s, and 366d at the most");
        DataSize size = arguments.get(SIZE);
        arguments.require(size.toBytes() >= 1 && size.compareTo(MAX_SIZE) <= 0, SIZE, "from 1B to 16KB");
        WatchSettings settings = new WatchSettings(
                connector, interval, duration, Math.toIntExact(size.toBytes()), arguments.has(GREETING));
        if (settings.underWay() > MAX_UNDER_WAY) {
            throw new UsageException(
                    "--timeout and --interval let %s messages be under way at the same time, but no more than %s can be:"
                                    .formatted(settings.underWay(), MAX_UNDER_WAY)
                            + " shorten --timeout, or lengthen --interval");
        }
        return settings;
    }

    private static Limits limits(Arguments arguments, WatchSettings settings) {
        Duration maxInterruption = arguments.find(MAX_INTERRUPTION);
        arguments.require(
                maxInterruption == null
                        || maxInterruption.isZero()
                        || maxInterruption.compareTo(settings.timeout()) >= 0,
                MAX_INTERRUPTION,
                "0s, or --timeout or more, as no shorter stall is seen");
        Long maxLost = arguments.find(MAX_LOST);
        arguments.require(maxLost == null || maxLost >= 0, MAX_LOST, "0 or more");
        return new Limits(maxInterruption, maxLost);
    }
}
