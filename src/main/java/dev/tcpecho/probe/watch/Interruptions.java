package dev.tcpecho.probe.watch;

import dev.tcpecho.probe.client.FailureCause;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the interruptions of one clock in what became of its messages, told in the order in which they began. */
final class Interruptions {

    private final ClockName clock;

    private String servedBy = "";

    private @Nullable Open open;

    Interruptions(ClockName clock) {
        this.clock = clock;
    }

    private static final class Open {

        private final long startNanos;

        private final Instant start;

        private final String sentence;

        private final Set<FailureCause> causes = new LinkedHashSet<>();

        private long lostMessages;

        private long lostBytes;

        private long latenessNanos;

        Open(long startNanos, Instant start, Failure failure) {
            this.startNanos = startNanos;
            this.start = start;
            this.sentence = failure.sentence();
        }
    }

    /** Tells that a message is lost. */
    void lost(Message message, Failure failure) {
        Open current = opened(message.plannedNanos(), message.planned(), failure);
        current.lostMessages++;
        current.lostBytes += message.missingBytes();
        current.latenessNanos = Math.max(current.latenessNanos, message.latenessNanos());
    }

    /** Tells that the connection is lost, while no message was on it. */
    void disconnected(Moment moment, Failure failure) {
        opened(moment.nanos(), moment.time(), failure);
    }

    private Open opened(long startNanos, Instant start, Failure failure) {
        if (this.open == null) {
            this.open = new Open(startNanos, start, failure);
        }
        this.open.causes.add(failure.cause());
        return this.open;
    }

    /**
     * Tells that a message came back.
     *
     * @param moment when its last byte came
     * @param servedBy who served it; empty if the service does not tell
     * @return the interruption that ends with it
     */
    Optional<Interruption> echoed(Message message, Moment moment, String servedBy) {
        if (this.open != null) {
            this.open.latenessNanos = Math.max(this.open.latenessNanos, message.latenessNanos());
        }
        Optional<Interruption> ended = close(moment, servedBy, false);
        this.servedBy = servedBy;
        return ended;
    }

    /** Returns the first cause of the interruption under way. */
    Optional<FailureCause> cause() {
        return Optional.ofNullable(this.open)
                .map(current -> current.causes.iterator().next());
    }

    /**
     * Returns how long the interruption under way has lasted; 0 if there is none.
     *
     * @param nanos now
     */
    long lastingNanos(long nanos) {
        return (this.open != null) ? Math.max(0, nanos - this.open.startNanos) : 0;
    }

    /** Returns the interruption that the end of the run meets. */
    Optional<Interruption> finish(Moment moment) {
        return close(moment, "", true);
    }

    private Optional<Interruption> close(Moment moment, String servedAfter, boolean lasting) {
        Open ended = this.open;
        this.open = null;
        return Optional.ofNullable(ended)
                .map(interruption -> new Interruption(
                        this.clock,
                        interruption.start,
                        moment.time(),
                        lasting,
                        Math.max(0, moment.nanos() - interruption.startNanos),
                        new ArrayList<>(interruption.causes),
                        interruption.sentence,
                        interruption.lostMessages,
                        interruption.lostBytes,
                        this.servedBy,
                        servedAfter,
                        interruption.latenessNanos));
    }
}
