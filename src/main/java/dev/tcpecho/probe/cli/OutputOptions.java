package dev.tcpecho.probe.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a command says what it found. */
public final class OutputOptions {

    private static final double NANOS_PER_MILLI = 1e6;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    @Option(
            names = "--output",
            paramLabel = "text|json|ndjson",
            defaultValue = "text",
            description = "The form of the output: text, one JSON object at the end, or one JSON object a line."
                    + " Default: ${DEFAULT-VALUE}")
    private OutputFormat format = OutputFormat.TEXT;

    @Option(
            names = "--histogram",
            paramLabel = "FILE",
            description = "Write the distribution of the round trips to a file, in milliseconds, as HdrHistogram's"
                    + " plotter reads it.")
    private @Nullable Path histogram;

    /**
     * Makes the file of the histogram, so that a run does not end with a file that cannot be written.
     *
     * @throws ParameterException if it cannot be written
     */
    public void prepare() {
        if (this.histogram != null) {
            write(new Histogram(1), this.histogram);
        }
    }

    /**
     * Writes the times to the file of the histogram, if there is to be one.
     *
     * @param nanos the times in nanoseconds
     */
    public void write(AbstractHistogram nanos) {
        if (this.histogram != null) {
            write(nanos, this.histogram);
        }
    }

    private void write(AbstractHistogram nanos, Path file) {
        try (PrintStream out = new PrintStream(Files.newOutputStream(file), false, StandardCharsets.US_ASCII)) {
            nanos.outputPercentileDistribution(out, NANOS_PER_MILLI);
        } catch (IOException ex) {
            throw Usage.refusal(this.command, "--histogram", "a file that can be written");
        }
    }

    /** Tells whether people read it. */
    public boolean isText() {
        return this.format == OutputFormat.TEXT;
    }

    /** Returns what prints to a writer in the form that was asked for. */
    public Output to(PrintWriter out) {
        return new Output(this.format, out, Clock.systemUTC());
    }
}
