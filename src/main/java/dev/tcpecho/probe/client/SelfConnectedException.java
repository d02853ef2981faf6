package dev.tcpecho.probe.client;

import java.io.Serial;
import java.net.ConnectException;

/**
 * Thrown when the kernel connected a socket to itself. TCP can do that, and such a socket echoes every byte
 * (simultaneous open, RFC 9293, section 3.5). It happens if nobody listens on a port that the kernel also gives to
 * clients.
 */
public final class SelfConnectedException extends ConnectException {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Says so. */
    public SelfConnectedException() {
        super("nothing listens there, and the kernel connected the probe to itself");
    }
}
