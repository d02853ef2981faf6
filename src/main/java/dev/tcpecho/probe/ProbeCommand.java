package dev.tcpecho.probe;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The command {@code probe}: connects to an echo service, sends random bytes, ends its stream, and tells by its exit
 * code whether all of them came back.
 */
@Command(
        name = "probe",
        description = "Sends random bytes to an echo service, ends the stream, and compares what comes back.",
        sortOptions = false,
        usageHelpAutoWidth = true,
        exitCodeOnInvalidInput = ProbeCommand.BAD_USAGE,
        exitCodeOnExecutionException = ProbeCommand.DEFECT,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:every byte came back, in order, once, and then a clean end",
            "1:something was lost or changed",
            "2:no connection could be made",
            "64:bad usage",
            "70:the probe itself failed"
        })
public final class ProbeCommand implements Callable<Integer> {

    static final int COMPLETE = 0;

    static final int LOST = 1;

    static final int NOT_CONNECTED = 2;

    /** EX_USAGE of sysexits.h. */
    public static final int BAD_USAGE = 64;

    /** EX_SOFTWARE of sysexits.h: the probe failed, which says nothing about the service. */
    static final int DEFECT = 70;

    private static final DataSize MAX_SIZE = DataSize.ofGigabytes(1);

    private static final Duration MIN_TIMEOUT = Duration.ofMillis(1);

    /** What a socket's timeout can be, which counts milliseconds in an int. */
    private static final Duration MAX_DURATION = Duration.ofDays(24);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "HOST:PORT",
            arity = "0..1",
            defaultValue = "localhost:${env:ECHO_LISTENERS_PLAIN_PORT:-25341}",
            description = "Where to connect. By default the service on this host: ${DEFAULT-VALUE}")
    private String target = "";

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

    @Option(
            names = "--timeout",
            defaultValue = "5s",
            description =
                    "How long to wait for the host to accept, and then each time for the next bytes. Default: ${DEFAULT-VALUE}")
    private Duration timeout = Duration.ZERO;

    @Option(names = "--tls", description = "Speak TLS, and trust the authorities that Java trusts.")
    private boolean tls;

    @ArgGroup
    private @Nullable Trust trust;

    @Option(names = "--help", usageHelp = true, description = "Show this.")
    private boolean help;

    /** Whom to trust in place of the authorities that Java trusts; either means TLS. */
    private static final class Trust {

        @Option(
                names = "--ca",
                paramLabel = "FILE",
                description = "Speak TLS, and trust the certificates in a PEM file.")
        private @Nullable Path authorities;

        @Option(names = "--insecure", description = "Speak TLS, and trust every certificate.")
        private boolean insecure;
    }

    /**
     * Runs the command and prints what it found to the standard output, and what went wrong to the standard error.
     *
     * @param arguments those after {@code probe}
     * @return the exit code: 0 when every byte came back, 1 when something was lost or changed, 2 when no connection
     *     could be made, 64 on bad usage, 70 when the probe itself failed
     */
    public static int run(String... arguments) {
        return commandLine().execute(arguments);
    }

    static CommandLine commandLine() {
        return new CommandLine(new ProbeCommand())
                .registerConverter(Duration.class, Units::duration)
                .registerConverter(DataSize.class, Units::size)
                .setExpandAtFiles(false)
                .setParameterExceptionHandler(ProbeCommand::refuse);
    }

    private static int refuse(ParameterException ex, String[] arguments) {
        ex.getCommandLine().getErr().println("probe: " + ex.getMessage() + ". See probe --help.");
        return BAD_USAGE;
    }

    @Override
    public Integer call() {
        require(this.count >= 1, "--count", "1 or more");
        require(this.size.toBytes() >= 1 && this.size.compareTo(MAX_SIZE) <= 0, "--size", "from 1B to 1GB");
        require(
                !this.interval.isNegative() && this.interval.compareTo(MAX_DURATION) <= 0,
                "--interval",
                "from 0s to 24d");
        require(
                this.timeout.compareTo(MIN_TIMEOUT) >= 0 && this.timeout.compareTo(MAX_DURATION) <= 0,
                "--timeout",
                "from 1ms to 24d");
        return probe(target(), clientTls());
    }

    private void require(boolean condition, String option, String range) {
        if (!condition) {
            String value = this.spec.findOption(option).originalStringValues().get(0);
            throw new ParameterException(
                    this.spec.commandLine(), "%s is %s, but must be %s".formatted(option, value, range));
        }
    }

    /** Not by a converter: an option that is not known is told before a target that is none. */
    private Target target() {
        try {
            return Target.parse(this.target);
        } catch (IllegalArgumentException ex) {
            throw new ParameterException(this.spec.commandLine(), ex.getMessage());
        }
    }

    private @Nullable SSLSocketFactory clientTls() {
        if (this.trust == null) {
            return this.tls ? ClientTls.trustingJava() : null;
        }
        Path authorities = this.trust.authorities;
        if (authorities == null) {
            return ClientTls.trustingEveryone();
        }
        try {
            return ClientTls.trusting(authorities);
        } catch (IOException | CertificateException ex) {
            throw new ParameterException(
                    this.spec.commandLine(),
                    "--ca is %s, but must be a readable file of PEM certificates".formatted(authorities),
                    ex);
        }
    }

    private int probe(Target target, @Nullable SSLSocketFactory tls) {
        PrintWriter out = this.spec.commandLine().getOut();
        PrintWriter err = this.spec.commandLine().getErr();
        try (ProbeConnection connection = ProbeConnection.open(target, tls, this.timeout)) {
            out.println(connection.description());
            Exchange exchange = new Exchange(connection, this.count, this.size.toBytes(), this.interval, this.timeout);
            try {
                exchange.run();
                out.println("%s bytes came back in order, and then a clean end".formatted(exchange.received()));
                return COMPLETE;
            } finally {
                if (exchange.hasRoundTrips()) {
                    out.println(exchange.roundTrips());
                }
            }
        } catch (NotConnectedException ex) {
            err.println("probe: " + ex.getMessage());
            return NOT_CONNECTED;
        } catch (EchoLostException ex) {
            err.println("probe: " + ex.getMessage());
            return LOST;
        }
    }
}
