package dev.tcpecho.unix;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;

/** Thrown when a Unix socket cannot be opened for a reason that its user can do something about. */
final class UnixSocketException extends Exception {

    private final String property;

    private final String action;

    /** Tells why its path cannot be used, and what to do, where {@code {}} stands for the listener. */
    UnixSocketException(String reason, String action) {
        this("path", reason, action);
    }

    /**
     * Tells why a property of the listener cannot be used, and what to do, where {@code {}} stands for the listener.
     */
    UnixSocketException(String property, String reason, String action) {
        super(reason);
        this.property = property;
        this.action = action;
    }

    /** Returns what the kernel said, without the names of files that Java puts around it. */
    static String reason(IOException failure) {
        if (failure instanceof AccessDeniedException) {
            return "Permission denied";
        }
        return (failure instanceof FileSystemException named && named.getReason() != null)
                ? named.getReason()
                : String.valueOf(failure.getMessage());
    }

    String property() {
        return this.property;
    }

    String action() {
        return this.action;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
