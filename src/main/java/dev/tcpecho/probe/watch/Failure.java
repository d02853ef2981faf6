package dev.tcpecho.probe.watch;

import dev.tcpecho.probe.client.NotConnectedException;
import dev.tcpecho.probe.client.SelfConnectedException;
import java.io.EOFException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.springframework.boot.convert.DurationStyle;

/**
 * Why messages were lost.
 *
 * @param cause of the closed list
 * @param sentence what was seen, for people
 */
record Failure(Cause cause, String sentence) {

    /** What a service sends may be in it. */
    private static final int MAX_SENTENCE = 500;

    /** The first that fits decides: TLS wraps what the transport says. */
    private static final List<Rule> RULES = List.of(
            new Rule(Cause.MISMATCH, MismatchException.class::isInstance),
            new Rule(Cause.SELF, SelfConnectedException.class::isInstance),
            new Rule(Cause.DNS, UnknownHostException.class::isInstance),
            new Rule(Cause.DNS, failure -> failure instanceof NotConnectedException && failure.getCause() == null),
            new Rule(Cause.TIMEOUT, SocketTimeoutException.class::isInstance),
            new Rule(Cause.CLOSED, EOFException.class::isInstance),
            new Rule(Cause.LOCAL, BindException.class::isInstance),
            new Rule(Cause.LOCAL, saying("Too many open files")),
            new Rule(Cause.REFUSED, saying("refused")),
            new Rule(Cause.TIMEOUT, saying("timed out")),
            new Rule(Cause.RESET, saying("reset").or(saying("Broken pipe"))),
            new Rule(Cause.UNREACHABLE, NoRouteToHostException.class::isInstance),
            new Rule(Cause.UNREACHABLE, saying("unreachable")),
            new Rule(Cause.REFUSED, ConnectException.class::isInstance),
            new Rule(Cause.TLS, SSLException.class::isInstance));

    private record Rule(Cause cause, Predicate<Throwable> fits) {}

    private static Predicate<Throwable> saying(String words) {
        return failure -> failure instanceof SocketException
                && String.valueOf(failure.getMessage()).contains(words);
    }

    Failure {
        sentence = (sentence.length() <= MAX_SENTENCE) ? sentence : sentence.substring(0, MAX_SENTENCE);
    }

    /** Returns the failure of a message whose time is up, by whether there was a connection for it. */
    static Failure late(boolean sent, Duration timeout) {
        return sent
                ? new Failure(Cause.STALL, "no echo came within " + DurationStyle.SIMPLE.print(timeout))
                : new Failure(Cause.TIMEOUT, "no connection was ready within " + DurationStyle.SIMPLE.print(timeout));
    }

    /** Tells whether it met a connection that was ready. */
    boolean isOfConnection() {
        return this.cause == Cause.CLOSED || this.cause == Cause.RESET || this.cause == Cause.STALL;
    }

    static Failure of(Exception exception) {
        List<Throwable> chain = Stream.<Throwable>iterate(exception, failure -> failure != null, Throwable::getCause)
                .limit(10)
                .toList();
        return new Failure(
                RULES.stream()
                        .filter(rule -> chain.stream().anyMatch(rule.fits()))
                        .findFirst()
                        .map(Rule::cause)
                        .orElse(Cause.OTHER),
                Optional.ofNullable(exception.getMessage()).orElseGet(exception::toString));
    }
}
