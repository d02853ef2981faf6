package dev.tcpecho.behaviour;

/** Which connections behaviours are for. */
public enum Reach {

    /** Those that are accepted from now on. */
    NEW,

    /** Those that are open too. */
    ALL
}
