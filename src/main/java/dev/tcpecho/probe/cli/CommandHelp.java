package dev.tcpecho.probe.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.help.HelpFormatter;
import org.apache.commons.cli.help.OptionFormatter;
import org.apache.commons.cli.help.TextHelpAppendable;

/**
 * What the help of a command says beside its options.
 *
 * @param name the name as it is typed, for example {@code probe watch}
 * @param operand what may be typed beside options, for example {@code [HOST:PORT]}
 * @param description what the command does
 * @param exitCodes what each exit code says, but for those that every command has
 */
public record CommandHelp(String name, String operand, String description, Map<Integer, String> exitCodes) {

    private static final int WIDTH = 100;

    private static final Map<Integer, String> COMMON_EXIT_CODES =
            Map.of(ExitCode.BAD_USAGE, "bad usage", ExitCode.DEFECT, "the probe itself failed");

    /** Prints the help, with the options in their order. */
    void print(Options options, PrintWriter out) {
        TextHelpAppendable text = new TextHelpAppendable(out);
        text.setMaxWidth(WIDTH);
        text.setLeftPad(0);
        text.setIndent(0);
        HelpFormatter formatter = HelpFormatter.builder()
                .setHelpAppendable(text)
                .setOptionFormatBuilder(OptionFormatter.builder().setArgumentNameDelimiters("", ""))
                .setShowSince(false)
                .setComparator((one, other) -> 0)
                .get();
        formatter.setSyntaxPrefix("Usage:");
        try {
            formatter.printHelp(
                    "%s [OPTIONS] %s".formatted(this.name, this.operand),
                    this.description,
                    options,
                    "Exit codes:\n" + exitCodeLines(),
                    false);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        out.flush();
    }

    private String exitCodeLines() {
        Map<Integer, String> codes = new TreeMap<>(COMMON_EXIT_CODES);
        codes.putAll(this.exitCodes);
        return codes.entrySet().stream()
                .map(code -> "%-2s  %s".formatted(code.getKey(), code.getValue()))
                .collect(Collectors.joining("\n"));
    }
}
