package dev.tcpecho.probe.load;

import java.io.Serial;
import java.net.ConnectException;

/** Thrown when the kernel has connected a socket to itself. */
final class SelfConnectException extends ConnectException {

    @Serial
    private static final long serialVersionUID = 1L;
}
