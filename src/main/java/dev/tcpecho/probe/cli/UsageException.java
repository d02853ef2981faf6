package dev.tcpecho.probe.cli;

/** Thrown when an argument cannot be used. The message tells which one, its value, and what it must be. */
public final class UsageException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** Makes an exception with a sentence that has no full stop. */
    public UsageException(String message) {
        super(message);
    }
}
