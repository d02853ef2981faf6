package dev.tcpecho.probe;

import java.io.Serial;

/** Thrown when something that was sent did not come back, or not as it was sent. */
final class EchoLostException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    EchoLostException(String message) {
        super(message);
    }
}
