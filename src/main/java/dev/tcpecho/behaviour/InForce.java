package dev.tcpecho.behaviour;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A set of behaviours, and for how long it is in force.
 *
 * @param version its number
 * @param set the behaviours
 * @param reach which connections they are for
 * @param ends when the former set returns; {@code null} for never
 * @param former the set that returns; {@code null} where none does
 */
record InForce(
        long version,
        BehaviourSet set,
        Reach reach,
        @Nullable Instant ends,
        @Nullable InForce former) {

    InForce replacedBy(BehaviourSet next, Reach nextReach) {
        return new InForce(this.version + 1, next, nextReach, null, null);
    }

    InForce replacedUntil(Instant end, BehaviourSet next, Reach nextReach) {
        InForce returning = this;
        while (returning.ends != null && returning.former != null && !returning.ends.isAfter(end)) {
            // Its own time is up by then.
            returning = returning.former;
        }
        return new InForce(this.version + 1, next, nextReach, end, returning);
    }

    /** The former set returns, for the connections that this one was for. */
    InForce expired() {
        InForce back = Objects.requireNonNull(this.former);
        return new InForce(this.version + 1, back.set, this.reach, back.ends, back.former);
    }
}
