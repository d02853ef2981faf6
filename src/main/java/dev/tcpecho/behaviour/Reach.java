package dev.tcpecho.behaviour;

import java.util.Locale;

/** Which connections behaviours are for. */
public enum Reach {

    /** Those that are accepted from now on. */
    NEW,

    /** Those that are open too. */
    ALL;

    /** Returns the name as it is written, for example {@code all}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
