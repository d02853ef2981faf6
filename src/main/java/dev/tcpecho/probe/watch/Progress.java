package dev.tcpecho.probe.watch;

import java.io.PrintWriter;

/** A line on the terminal that is written anew each second. */
final class Progress {

    private final PrintWriter terminal;

    private int length;

    Progress(PrintWriter terminal) {
        this.terminal = terminal;
    }

    void show(String line) {
        clear();
        this.terminal.print(line);
        this.terminal.flush();
        this.length = line.length();
    }

    /** Takes the line away, so that others can be written. */
    void clear() {
        if (this.length > 0) {
            this.terminal.print("\r" + " ".repeat(this.length) + "\r");
            this.terminal.flush();
            this.length = 0;
        }
    }
}
