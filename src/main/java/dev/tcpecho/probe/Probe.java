package dev.tcpecho.probe;

import dev.tcpecho.probe.cli.Command;
import dev.tcpecho.probe.cli.CommandRunner;
import dev.tcpecho.probe.load.LoadCommand;
import dev.tcpecho.probe.watch.WatchCommand;
import java.io.PrintWriter;
import java.util.Arrays;
import org.springframework.boot.logging.LoggingSystem;

/** The client of echo services: {@code probe}, {@code probe watch} and {@code probe load}. */
public final class Probe {

    private Probe() {}

    /**
     * Runs the command of the arguments and prints what it found to the standard output, and what went wrong to the
     * standard error.
     *
     * @param arguments those after {@code probe}
     * @return the exit code: 0 when every byte came back, 1 when something was lost or changed, 2 when no connection
     *     could be made, 64 on bad usage, 70 when the probe itself failed
     */
    public static int run(String... arguments) {
        if (usesNetty(arguments)) {
            // Where no Spring has set up the log, Netty would fill the standard output with it.
            LoggingSystem.get(Probe.class.getClassLoader()).beforeInitialize();
        }
        return run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), arguments);
    }

    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        Command command = command(arguments);
        int first = (command instanceof ProbeCommand) ? 0 : 1;
        return CommandRunner.run(command, Arrays.copyOfRange(arguments, first, arguments.length), out, err);
    }

    /** The plain probe takes Netty for abstract names alone, and its start is faster without Netty and a log. */
    private static boolean usesNetty(String... arguments) {
        return !(command(arguments) instanceof ProbeCommand)
                || Arrays.stream(arguments).anyMatch(argument -> argument.startsWith("unix:@"));
    }

    private static Command command(String... arguments) {
        return switch ((arguments.length == 0) ? "" : arguments[0]) {
            case ProbeCommand.WATCH -> new WatchCommand();
            case ProbeCommand.LOAD -> new LoadCommand();
            default -> new ProbeCommand();
        };
    }
}
