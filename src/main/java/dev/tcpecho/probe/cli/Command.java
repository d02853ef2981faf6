package dev.tcpecho.probe.cli;

import java.io.PrintWriter;
import org.apache.commons.cli.Options;

/** A command of the client: what may be typed behind its name, and what it then does. */
public interface Command {

    /** Returns what its help says of it. */
    CommandHelp help();

    /** Returns the options that it takes, in the order of its help. */
    Options options();

    /**
     * Does what the command is for.
     *
     * @param arguments what was typed behind its name
     * @param out where to print what it finds
     * @param err where to print what goes wrong
     * @return the exit code
     * @throws UsageException if an argument cannot be used
     * @throws InterruptedException if the thread is interrupted
     */
    int run(Arguments arguments, PrintWriter out, PrintWriter err) throws InterruptedException;
}
