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
import org.apache.commons.cli.Options;
import org.jspecify.annotations.Nullable;

/** How a command says what it found. */
public final class OutputOptions {

    private static final double NANOS_PER_MILLI = 1e6;

    private static final ValueOption<OutputFormat> FORMAT = ValueOption.of(
                    "output",
                    "text|json|ndjson",
                    ValueType.oneOf(OutputFormat.values()),
                    "The form of the output: text, one JSON object at the end, or one JSON object a line.")
            .withDefault("text");

    private static final ValueOption<Path> HISTOGRAM = ValueOption.of(
            "histogram",
            "FILE",
            ValueType.FILE,
            "Write the distribution of the round trips to a file, in milliseconds, as HdrHistogram's plotter reads it.");

    private final Arguments arguments;

    private final OutputFormat format;

    private final @Nullable Path histogram;

    /**
     * Reads the options of a command.
     *
     * @throws UsageException if one of them cannot be used
     */
    public OutputOptions(Arguments arguments) {
        this.arguments = arguments;
        this.format = arguments.get(FORMAT);
        this.histogram = arguments.find(HISTOGRAM);
    }

    /** Adds the options to those of a command. */
    public static void addTo(Options options) {
        options.addOption(FORMAT.option());
        options.addOption(HISTOGRAM.option());
    }

    /**
     * Makes the file of the histogram, so that a run does not end with a file that cannot be written.
     *
     * @throws UsageException if it cannot be written
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
            throw this.arguments.refusal(HISTOGRAM, "a file that can be written");
        }
    }

    /** Tells whether there is to be a file of the histogram. */
    public boolean hasHistogram() {
        return this.histogram != null;
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
