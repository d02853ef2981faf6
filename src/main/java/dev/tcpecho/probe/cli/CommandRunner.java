package dev.tcpecho.probe.cli;

import java.io.PrintWriter;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** Runs a command, prints its help, or refuses its arguments. */
public final class CommandRunner {

    private static final Option HELP =
            Option.builder("h").longOpt("help").desc("Show this.").get();

    private CommandRunner() {}

    /**
     * Runs a command.
     *
     * @param command what to run
     * @param arguments what was typed behind its name
     * @param out where to print what it finds
     * @param err where to print what goes wrong
     * @return the exit code
     */
    public static int run(Command command, String[] arguments, PrintWriter out, PrintWriter err) {
        Options options = command.options().addOption(HELP);
        String name = command.help().name();
        try {
            Arguments parsed = Arguments.parse(options, arguments);
            if (parsed.has(HELP)) {
                command.help().print(options, out);
                return ExitCode.COMPLETE;
            }
            return command.run(parsed, out, err);
        } catch (UsageException ex) {
            err.println("%s: %s. See %s --help.".formatted(name, ex.getMessage(), name));
            return ExitCode.BAD_USAGE;
        } catch (Exception | Error ex) {
            // Java would exit with 1, which says that an echo was lost.
            ex.printStackTrace(err);
            return ExitCode.DEFECT;
        }
    }
}
