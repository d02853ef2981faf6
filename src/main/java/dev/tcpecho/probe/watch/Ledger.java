package dev.tcpecho.probe.watch;

import dev.tcpecho.probe.client.FailureCause;
import dev.tcpecho.probe.exporter.DurationBounds;
import dev.tcpecho.probe.exporter.Durations;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one clock that are under way, and what became of the others. Their outcomes come in any order, and
 * count in the order in which the messages began. Any thread may call it.
 */
final class Ledger {

    private final ClockName clock;

    private final Interruptions interruptions;

    private final Consumer<Interruption> ended;

    /** As many as can be under way: each is decided when its time is up. */
    private final Deque<Message> messages = new ArrayDeque<>();

    private final Counts counts = new Counts();

    private final Totals totals = new Totals();

    private final Durations roundTrips = new Durations(DurationBounds.ROUND_TRIP);

    private final Durations lateness = new Durations(DurationBounds.ROUND_TRIP);

    private final Durations endedInterruptions = new Durations(DurationBounds.INTERRUPTION);

    private Counts countsOfInterval = new Counts();

    private @Nullable Failure lastFailure;

    private boolean finished;

    /**
     * Starts without messages.
     *
     * @param ended what to do with an interruption that is over; must not block
     */
    Ledger(ClockName clock, Consumer<Interruption> ended) {
        this.clock = clock;
        this.interruptions = new Interruptions(clock);
        this.ended = ended;
    }

    ClockName clock() {
        return this.clock;
    }

    /** Adds the message of a tick. */
    synchronized void add(Message message) {
        this.messages.add(message);
    }

    /**
     * Tells that a thread comes to a message only now. Threads may come to several in another order than that of the
     * ticks, and it is the order of their connects that tells when the path was interrupted.
     */
    synchronized void begin(Message message, long nanos) {
        if (this.messages.remove(message)) {
            message.begin(nanos);
            this.messages.add(message);
            settleDecided();
        }
    }

    /** Tells that ticks were left out, because this client came to them too late. */
    synchronized void skipped(long ticks, long latenessNanos) {
        for (Counts each : List.of(this.counts, this.countsOfInterval)) {
            each.skipped(ticks);
            each.late(latenessNanos);
        }
    }

    /** Tells that a message came back; the first outcome counts. */
    synchronized void echoed(Message message, Moment moment, String servedBy) {
        decide(message, new Outcome(moment, null, servedBy));
    }

    /** Tells that a message is lost; the first outcome counts. */
    synchronized void lost(Message message, Failure failure, Moment moment) {
        decide(message, new Outcome(moment, failure, ""));
    }

    private void decide(Message message, Outcome outcome) {
        if (this.finished || message.outcome() != null) {
            return;
        }
        message.decide(outcome);
        settleDecided();
    }

    private void settleDecided() {
        for (Message first = this.messages.peek(); first != null; first = this.messages.peek()) {
            Outcome next = first.outcome();
            if (next == null) {
                return;
            }
            this.messages.remove();
            settle(first, next);
        }
    }

    private void settle(Message message, Outcome outcome) {
        Failure failure = outcome.failure();
        for (Counts each : List.of(this.counts, this.countsOfInterval)) {
            each.late(message.latenessNanos());
            if (failure == null) {
                each.echoed(outcome.moment().nanos() - message.startNanos());
            } else {
                each.lost(message.missingBytes());
            }
        }
        this.lateness.record(message.latenessNanos());
        if (failure == null) {
            this.roundTrips.record(outcome.moment().nanos() - message.startNanos());
            report(this.interruptions.echoed(message, outcome.moment(), outcome.servedBy()));
        } else {
            this.lastFailure = failure;
            this.interruptions.lost(message, failure);
        }
    }

    /** Tells that the connection that stays is lost, while no message was under way. */
    synchronized void disconnected(Failure failure, Moment moment) {
        if (!this.finished) {
            this.lastFailure = failure;
            this.interruptions.disconnected(moment, failure);
        }
    }

    private void report(Optional<Interruption> interruption) {
        interruption.ifPresent(over -> {
            this.totals.add(over);
            this.endedInterruptions.record(over.nanos());
            this.ended.accept(over);
        });
    }

    /** Ends the run: an interruption ends with it, and what is still under way counts for nothing. */
    synchronized void finish(Moment moment) {
        if (!this.finished) {
            report(this.interruptions.finish(moment));
            this.finished = true;
        }
    }

    /** Returns the oldest message that is not decided. */
    synchronized Optional<Message> oldest() {
        return Optional.ofNullable(this.messages.peek());
    }

    /** Returns those that are not decided, though this client came to them at a time or before it. */
    synchronized List<Message> undecidedSince(long startNanos) {
        List<Message> old = new ArrayList<>();
        for (Message message : this.messages) {
            if (message.startNanos() - startNanos > 0) {
                break;
            }
            if (message.outcome() == null) {
                old.add(message);
            }
        }
        return old;
    }

    /** Returns what was counted since the last call. */
    synchronized Counts nextInterval() {
        Counts interval = this.countsOfInterval;
        this.countsOfInterval = new Counts();
        return interval;
    }

    /**
     * Returns what was measured so far, at any time of the run. It copies some numbers, and so holds up no message.
     *
     * @param nanos now
     */
    synchronized ClockFigures figures(long nanos) {
        Map<FailureCause, Long> causes = new EnumMap<>(FailureCause.class);
        for (FailureCause cause : FailureCause.values()) {
            causes.put(cause, this.totals.causes().getOrDefault(cause, 0L));
        }
        Optional<FailureCause> underWay = this.interruptions.cause();
        underWay.ifPresent(cause -> causes.merge(cause, 1L, Long::sum));
        return new ClockFigures(
                this.counts.messages(),
                this.counts.lost(),
                this.counts.lostBytes(),
                this.counts.skipped(),
                causes,
                underWay.isPresent(),
                this.interruptions.lastingNanos(nanos),
                this.endedInterruptions.copy(),
                this.roundTrips.copy(),
                this.lateness.copy());
    }

    /** Returns what was counted in the whole run; not while it goes on. */
    Counts counts() {
        return this.counts;
    }

    /** Returns the interruptions of the whole run; not while it goes on. */
    Totals totals() {
        return this.totals;
    }

    /** Returns how many messages are not decided, for example when the run has ended. */
    synchronized long underWay() {
        return this.messages.size();
    }

    synchronized Optional<Failure> lastFailure() {
        return Optional.ofNullable(this.lastFailure);
    }
}
