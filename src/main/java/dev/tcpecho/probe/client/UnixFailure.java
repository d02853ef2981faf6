package dev.tcpecho.probe.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Says why a Unix socket does not accept. The kernel refuses a file that is no socket as it refuses one without a
 * service.
 */
final class UnixFailure {

    /** The bits of a mode that tell the type, and those of a socket (inode(7)). */
    private static final int TYPE = 0170000;

    private static final int SOCKET = 0140000;

    private UnixFailure() {}

    /**
     * Returns an exception whose message is a sentence's end.
     *
     * @param address where a client was to connect
     * @param failure what Java or Netty says
     */
    static IOException explain(SocketAddress address, Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        if (message.contains("No such file") || message.contains("Not a directory")) {
            return refused("there is no such file", failure);
        }
        if (message.contains("refused")) {
            return refused(whyRefused(address), failure);
        }
        if (message.contains("Permission denied")) {
            // Java makes it an exception of a port that this host does not give.
            return new IOException(
                    "permission denied: this user may not write to the socket, or not enter its directory");
        }
        return (failure instanceof IOException io) ? io : new IOException(message, failure);
    }

    private static IOException refused(String sentence, Throwable failure) {
        ConnectException refused = new ConnectException(sentence);
        refused.initCause(failure);
        return refused;
    }

    private static String whyRefused(SocketAddress address) {
        if (!(address instanceof UnixDomainSocketAddress file)) {
            return "nobody listens on that name";
        }
        return isSocket(file.getPath())
                ? "nobody listens on that socket; the service that made the file is gone"
                : "that file is no socket";
    }

    private static boolean isSocket(Path file) {
        try {
            return ((int) Files.getAttribute(file, "unix:mode") & TYPE) == SOCKET;
        } catch (IOException | UnsupportedOperationException ex) {
            // Whoever may not look at it knows no better.
            return true;
        }
    }
}
