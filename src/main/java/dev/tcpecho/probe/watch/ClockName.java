package dev.tcpecho.probe.watch;

import java.util.Locale;

/** The two clocks: what they send at each tick, a message on the connection that stays, and one on a new connection. */
enum ClockName {
    ESTABLISHED("the connection that stays"),
    NEW("new connections");

    private final String description;

    ClockName(String description) {
        this.description = description;
    }

    String description() {
        return this.description;
    }

    /** Returns the name in the output. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
