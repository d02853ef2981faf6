package dev.tcpecho.probe.cli;

import java.io.Console;

/** Tells whether somebody sees the output while a command runs. */
public final class Terminal {

    private Terminal() {}

    /** Tells whether input and output are a terminal. Java 22 to 24 have a console without one. */
    @SuppressWarnings("SystemConsoleNull")
    public static boolean isThere() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException ex) {
            // Before Java 22, a console is one.
            return true;
        }
    }
}
