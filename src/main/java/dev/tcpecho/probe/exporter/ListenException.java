package dev.tcpecho.probe.exporter;

/** The figures cannot be served at an address. The message says why, and what to do, behind the address. */
public final class ListenException extends Exception {

    private static final long serialVersionUID = 1;

    ListenException(String message, Throwable cause) {
        super(message, cause);
    }
}
