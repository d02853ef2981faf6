package dev.tcpecho.probe.cli;

import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Refuses options whose value cannot be used: with the option, the value, and what it must be. */
public final class Usage {

    /** What a socket's timeout can be, which counts milliseconds in an int. */
    public static final Duration MAX_DURATION = Duration.ofDays(24);

    private Usage() {}

    /**
     * Refuses an option unless a condition holds.
     *
     * @param form what the value must be, behind "must be"
     * @throws ParameterException if it does not
     */
    public static void require(CommandSpec command, boolean condition, String option, String form) {
        if (!condition) {
            throw refusal(command, option, form);
        }
    }

    /** Returns what to throw for an option whose value is not of a form. */
    public static ParameterException refusal(CommandSpec command, String option, String form) {
        String value = command.findOption(option).originalStringValues().get(0);
        return new ParameterException(command.commandLine(), "%s is %s, but must be %s".formatted(option, value, form));
    }
}
