package dev.tcpecho.probe.load;

import dev.tcpecho.probe.client.SelfConnectedException;
import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.net.NoRouteToHostException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.springframework.core.NestedExceptionUtils;

/** Why a connection failed. A closed list, so that runs can be compared. */
enum FailureCause {

    /** The host has no such name or address. */
    DNS("the host is not known"),

    /** Nobody listens there. */
    REFUSED("Connection refused"),

    /** The network has no way there. */
    UNREACHABLE("No route to host"),

    /** The host did not accept, or TLS not answer, in time. */
    TIMEOUT("no answer in time"),

    /** Nobody listens, and the kernel connected the client to itself (RFC 9293, section 3.5). */
    SELF("nothing listens there, and the kernel connected the probe to itself"),

    /** There was no TLS handshake, or TLS broke. */
    TLS("TLS failed"),

    /** The connection was reset. */
    RESET("Connection reset"),

    /** The service ended its stream before its time. */
    CLOSED("the service ended its stream"),

    /** The stream ended without TLS's close_notify: anyone on the way can have cut it. */
    TRUNCATED("its end came without TLS's close_notify"),

    /** Bytes were due, and none came for as long as the timeout. */
    STALL("nothing came back in time"),

    /** A byte is not the one that was sent. */
    MISMATCH("a byte is not the one that was sent"),

    /** More came back than was sent. */
    SURPLUS("more came back than was sent"),

    /** This host has no descriptor or no port left. */
    LOCAL(""),

    /** Anything else. */
    OTHER("");

    private final String text;

    FailureCause(String text) {
        this.text = text;
    }

    /** Returns the cause that an exception tells of. */
    static FailureCause of(Throwable failure) {
        Throwable root = NestedExceptionUtils.getMostSpecificCause(failure);
        String message = String.valueOf(root.getMessage());
        if (failure instanceof ConnectTimeoutException) {
            return TIMEOUT;
        }
        if (message.contains("refused")) {
            return REFUSED;
        }
        if (message.contains("reset") || message.contains("Broken pipe")) {
            return RESET;
        }
        if (root instanceof ClosedChannelException) {
            return CLOSED;
        }
        if (root instanceof SelfConnectedException) {
            return SELF;
        }
        if (root instanceof NoRouteToHostException || message.contains("unreachable")) {
            return UNREACHABLE;
        }
        if (message.contains("Too many open files") || message.contains("Cannot assign requested address")) {
            return LOCAL;
        }
        if (failure instanceof SSLException || failure.getCause() instanceof SSLException) {
            return TLS;
        }
        return OTHER;
    }

    /** Returns a sentence's end: the cause's own where there is one, as systems differ in how they say it. */
    String describe(Throwable failure) {
        return switch (this) {
            case LOCAL, OTHER, TLS -> String.valueOf(failure.getMessage());
            default -> this.text;
        };
    }

    String text() {
        return this.text;
    }

    /** Returns an exception that says so. */
    IOException exception(Throwable failure) {
        return new IOException(describe(failure), failure);
    }

    /** Returns the name as it is printed. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
