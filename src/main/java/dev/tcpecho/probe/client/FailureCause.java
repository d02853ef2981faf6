package dev.tcpecho.probe.client;

import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/** Why bytes did not come back. A closed list, so that runs can be compared. */
public enum FailureCause {

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

    private static final int LONGEST_CHAIN = 10;

    private final String text;

    FailureCause(String text) {
        this.text = text;
    }

    /** The first that fits decides: TLS and Netty wrap what the kernel says. */
    private static final List<Rule> RULES = List.of(
            new Rule(MISMATCH, MismatchException.class::isInstance),
            new Rule(SELF, SelfConnectedException.class::isInstance),
            new Rule(DNS, UnknownHostException.class::isInstance),
            new Rule(DNS, failure -> failure instanceof NotConnectedException && failure.getCause() == null),
            new Rule(TIMEOUT, SocketTimeoutException.class::isInstance),
            new Rule(CLOSED, EOFException.class::isInstance),
            new Rule(CLOSED, ClosedChannelException.class::isInstance),
            new Rule(LOCAL, BindException.class::isInstance),
            new Rule(LOCAL, saying("Too many open files").or(saying("Cannot assign requested address"))),
            new Rule(REFUSED, saying("refused")),
            new Rule(TIMEOUT, saying("timed out")),
            new Rule(RESET, saying("reset").or(saying("Broken pipe"))),
            new Rule(UNREACHABLE, NoRouteToHostException.class::isInstance),
            new Rule(UNREACHABLE, saying("unreachable")),
            new Rule(REFUSED, ConnectException.class::isInstance),
            new Rule(TLS, SSLException.class::isInstance));

    private record Rule(FailureCause cause, Predicate<Throwable> fits) {}

    private static Predicate<Throwable> saying(String words) {
        return failure -> failure instanceof IOException
                && !(failure instanceof SSLException)
                && String.valueOf(failure.getMessage()).contains(words);
    }

    /** Returns the cause that an exception, or what it wraps, tells of. */
    public static FailureCause of(Throwable failure) {
        List<Throwable> chain = Stream.<Throwable>iterate(failure, each -> each != null, Throwable::getCause)
                .limit(LONGEST_CHAIN)
                .toList();
        return RULES.stream()
                .filter(rule -> chain.stream().anyMatch(rule.fits()))
                .findFirst()
                .map(Rule::cause)
                .orElse(OTHER);
    }

    /** Returns a sentence's end: the cause's own where there is one, as systems differ in how they say it. */
    public String describe(Throwable failure) {
        return switch (this) {
            case LOCAL, OTHER, TLS -> String.valueOf(failure.getMessage());
            default -> this.text;
        };
    }

    /** Returns what it means, behind the name of who saw it; empty if only the exception tells. */
    public String text() {
        return this.text;
    }

    /** Returns an exception that says so. */
    public IOException exception(Throwable failure) {
        return new IOException(describe(failure), failure);
    }

    /** Returns the name as it is printed. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
