package dev.tcpecho.probe.watch;

import dev.tcpecho.probe.cli.ExitCode;
import dev.tcpecho.probe.cli.OutputOptions;
import dev.tcpecho.probe.cli.StopSignal;
import dev.tcpecho.probe.cli.Terminal;
import dev.tcpecho.probe.cli.Usage;
import dev.tcpecho.probe.client.ConnectOptions;
import dev.tcpecho.probe.client.Connector;
import java.io.PrintWriter;
import java.security.Security;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command {@code probe watch}: echoes a message at each tick on a connection that stays, and another on a new
 * connection, and tells each interruption when it is over.
 */
@Command(
        name = "watch",
        defaultValueProvider = WatchDefaults.class,
        description = {
            "Watches the path to an echo service, and tells each interruption when it is over. At each tick it sends a"
                    + " message on a connection that stays, which it makes anew when it is lost, and another on a new"
                    + " connection. A message is lost if its whole echo is not back within --timeout, connect and all."
                    + " It runs until --duration is over, or Ctrl-C or SIGTERM stops it, and then prints a summary.",
            ""
        },
        sortOptions = false,
        usageHelpAutoWidth = true,
        exitCodeOnInvalidInput = ExitCode.BAD_USAGE,
        exitCodeOnExecutionException = ExitCode.DEFECT,
        exitCodeListHeading = "Exit codes, after a signal too:%n",
        exitCodeList = {
            "0:no limit was passed, or none was set",
            "1:--max-interruption or --max-lost was passed",
            "2:no message came back in the whole run",
            "64:bad usage",
            "70:the probe itself failed"
        })
public final class WatchCommand implements Callable<Integer> {

    private static final Duration MIN_INTERVAL = Duration.ofMillis(10);

    private static final Duration MAX_INTERVAL = Duration.ofHours(1);

    private static final Duration MAX_DURATION = Duration.ofDays(366);

    private static final DataSize MAX_SIZE = DataSize.ofKilobytes(16);

    /** Of each clock. Each connect under way has a thread. */
    private static final int MAX_UNDER_WAY = 1000;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConnectOptions connect = new ConnectOptions();

    @Option(
            names = "--interval",
            defaultValue = "100ms",
            description = "The time between two ticks. Default: ${DEFAULT-VALUE}")
    private Duration interval = Duration.ZERO;

    @Option(names = "--duration", description = "How long to watch, for example 30s. Default: until it is stopped")
    private @Nullable Duration duration;

    @Option(
            names = "--size",
            defaultValue = "64",
            description = "The size of a message, up to 16KB. Default: ${DEFAULT-VALUE}")
    private DataSize size = DataSize.ofBytes(0);

    @Option(
            names = "--greeting",
            description = "The service sends one line first, as the behaviour greeting does with format json: tell by"
                    + " its pod or hostname who served before an interruption, and who after it.")
    private boolean greeting;

    @Option(
            names = "--max-interruption",
            paramLabel = "DURATION",
            description = "End with 1 if an interruption was longer.")
    private @Nullable Duration maxInterruption;

    @Option(
            names = "--max-lost",
            paramLabel = "MESSAGES",
            description = "End with 1 if more messages were lost, both clocks together.")
    private @Nullable Long maxLost;

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Option(names = "--help", usageHelp = true, description = "Show this.")
    private boolean help;

    @Override
    public Integer call() throws InterruptedException {
        Connector connector = this.connect.connector();
        WatchSettings settings = settings(connector);
        Limits limits = limits(settings);
        this.output.prepare();
        // Java would keep an address for 30 s, and the failure of a look-up for 10 s.
        Security.setProperty("networkaddress.cache.ttl", "1");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        PrintWriter err = this.spec.commandLine().getErr();
        Watch watch = new Watch(
                settings,
                limits,
                this.output.to(this.spec.commandLine().getOut()),
                (this.output.isText() && Terminal.isThere()) ? new Progress(err) : null);
        StoppableTime time = new StoppableTime();
        try (StopSignal signal = new StopSignal(time::stop)) {
            int exitCode = watch.run(time);
            watch.errors().forEach(error -> err.println("probe watch: " + error));
            this.output.write(watch.roundTrips());
            signal.finished(exitCode);
            return exitCode;
        }
    }

    private WatchSettings settings(Connector connector) {
        Usage.require(
                this.spec,
                this.interval.compareTo(MIN_INTERVAL) >= 0 && this.interval.compareTo(MAX_INTERVAL) <= 0,
                "--interval",
                "from 10ms to 1h");
        Usage.require(
                this.spec,
                this.duration == null
                        || (!this.duration.isNegative()
                                && !this.duration.isZero()
                                && this.duration.compareTo(MAX_DURATION) <= 0),
                "--duration",
                "more than 0s, and 366d at the most");
        Usage.require(
                this.spec, this.size.toBytes() >= 1 && this.size.compareTo(MAX_SIZE) <= 0, "--size", "from 1B to 16KB");
        WatchSettings settings = new WatchSettings(
                connector, this.interval, this.duration, Math.toIntExact(this.size.toBytes()), this.greeting);
        if (settings.underWay() > MAX_UNDER_WAY) {
            throw new ParameterException(
                    this.spec.commandLine(),
                    "--timeout and --interval let %s messages be under way at the same time, but no more than %s can be:"
                                    .formatted(settings.underWay(), MAX_UNDER_WAY)
                            + " shorten --timeout, or lengthen --interval");
        }
        return settings;
    }

    private Limits limits(WatchSettings settings) {
        Usage.require(
                this.spec,
                this.maxInterruption == null
                        || this.maxInterruption.isZero()
                        || this.maxInterruption.compareTo(settings.timeout()) >= 0,
                "--max-interruption",
                "0s, or --timeout or more, as no shorter stall is seen");
        Usage.require(this.spec, this.maxLost == null || this.maxLost >= 0, "--max-lost", "0 or more");
        return new Limits(this.maxInterruption, this.maxLost);
    }
}
