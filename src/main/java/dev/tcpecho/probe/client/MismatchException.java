package dev.tcpecho.probe.client;

import java.io.IOException;
import java.io.Serial;

/** Thrown when bytes come that are no echo of what was sent. */
public final class MismatchException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    public MismatchException(String message) {
        super(message);
    }
}
