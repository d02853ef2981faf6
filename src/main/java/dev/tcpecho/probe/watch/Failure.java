package dev.tcpecho.probe.watch;

import dev.tcpecho.probe.client.FailureCause;
import java.time.Duration;
import java.util.Optional;
import org.springframework.boot.convert.DurationStyle;

/**
 * Why messages were lost.
 *
 * @param cause of the closed list
 * @param sentence what was seen, for people
 */
record Failure(FailureCause cause, String sentence) {

    /** What a service sends may be in it. */
    private static final int MAX_SENTENCE = 500;

    Failure {
        sentence = (sentence.length() <= MAX_SENTENCE) ? sentence : sentence.substring(0, MAX_SENTENCE);
    }

    /** Returns the failure of a message whose time is up, by whether there was a connection for it. */
    static Failure late(boolean sent, Duration timeout) {
        return sent
                ? new Failure(FailureCause.STALL, "no echo came within " + DurationStyle.SIMPLE.print(timeout))
                : new Failure(
                        FailureCause.TIMEOUT, "no connection was ready within " + DurationStyle.SIMPLE.print(timeout));
    }

    /** Tells whether it met a connection that was ready. */
    boolean isOfConnection() {
        return this.cause == FailureCause.CLOSED
                || this.cause == FailureCause.RESET
                || this.cause == FailureCause.STALL;
    }

    static Failure of(Exception exception) {
        return new Failure(
                FailureCause.of(exception),
                Optional.ofNullable(exception.getMessage()).orElseGet(exception::toString));
    }
}
