package dev.tcpecho.probe.watch;

import java.io.IOException;
import java.io.Serial;

/** Thrown when bytes come that are no echo of what was sent. */
final class MismatchException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    MismatchException(String message) {
        super(message);
    }
}
