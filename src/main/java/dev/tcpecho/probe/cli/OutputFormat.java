package dev.tcpecho.probe.cli;

/** The forms of what a command says. */
public enum OutputFormat {

    /** Lines for people. */
    TEXT,

    /** One JSON object at the end. */
    JSON,

    /** One JSON object a line: start, interval, interruption, end. */
    NDJSON
}
