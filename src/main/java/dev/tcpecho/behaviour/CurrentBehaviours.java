package dev.tcpecho.behaviour;

import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** What is in force on one listener now, and the open streams that follow it. */
final class CurrentBehaviours {

    private final Set<Consumer<InForce>> followers = ConcurrentHashMap.newKeySet();

    private volatile InForce inForce;

    CurrentBehaviours(InForce inForce) {
        this.inForce = inForce;
    }

    InForce get() {
        return this.inForce;
    }

    /** Replaces what is in force, and tells the streams that it is for; returns how many they are. */
    int set(InForce next) {
        this.inForce = next;
        int reached = 0;
        if (next.reach() == Reach.ALL) {
            for (Iterator<Consumer<InForce>> streams = this.followers.iterator(); streams.hasNext(); reached++) {
                streams.next().accept(next);
            }
        }
        return reached;
    }

    /** Tells a stream of all that comes after what is returned, and maybe of that too. */
    InForce follow(Consumer<InForce> stream) {
        this.followers.add(stream);
        return this.inForce;
    }

    void unfollow(Consumer<InForce> stream) {
        this.followers.remove(stream);
    }
}
