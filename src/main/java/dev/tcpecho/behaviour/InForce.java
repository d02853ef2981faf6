package dev.tcpecho.behaviour;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A set of behaviours, and for how long it is in force.
 *
 * @param version its number
 * @param set the behaviours
 * @param ends when the former set returns; {@code null} for never
 * @param former the set that returns; {@code null} where none does
 */
record InForce(
        long version,
        BehaviourSet set,
        @Nullable Instant ends,
        @Nullable InForce former) {

    /** Returns how many sets with an end lie on each other here. */
    int setsInTime() {
        int sets = 0;
        for (InForce set = this; set != null; set = set.former) {
            sets += (set.ends != null) ? 1 : 0;
        }
        return sets;
    }

    InForce replacedBy(BehaviourSet next) {
        return new InForce(this.version + 1, next, null, null);
    }

    InForce replacedUntil(Instant end, BehaviourSet next) {
        InForce returning = this;
        while (returning.ends != null && returning.former != null && !returning.ends.isAfter(end)) {
            // Its own time is up by then.
            returning = returning.former;
        }
        return new InForce(this.version + 1, next, end, returning);
    }

    /** Returns the set that follows when the time of this one is up, as the given version. */
    InForce returning(long nextVersion) {
        InForce back = Objects.requireNonNull(this.former);
        return new InForce(nextVersion, back.set, back.ends, back.former);
    }
}
