package dev.tcpecho.behaviour;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What is in force on one listener now, and the open streams that follow it. */
final class CurrentBehaviours {

    private static final Duration MOST_WAIT = Duration.ofSeconds(1);

    private final Set<Follower> followers = ConcurrentHashMap.newKeySet();

    private volatile InForce inForce;

    CurrentBehaviours(InForce inForce) {
        this.inForce = inForce;
    }

    InForce get() {
        return this.inForce;
    }

    /** Replaces what is in force, for streams that begin from now on. */
    void set(InForce next) {
        this.inForce = next;
    }

    /** Tells every open stream what is in force; returns how many there are. */
    int tell(InForce next) {
        int told = 0;
        for (Follower stream : this.followers) {
            stream.follow(next);
            told++;
        }
        return told;
    }

    /** Tells the open streams that still have a set whose time is up; returns how many have it. */
    int tell(BehaviourSet ended, InForce next) {
        int told = 0;
        for (Follower stream : this.followers) {
            if (stream.leave(ended, next)) {
                told++;
            }
        }
        return told;
    }

    /**
     * Waits until the open streams have followed what they were told; a second at most, as an event loop may be
     * stalled.
     */
    void awaitFollowed() {
        long deadlineNanos = System.nanoTime() + MOST_WAIT.toNanos();
        this.followers.stream()
                .map(Follower::eventLoop)
                .distinct()
                .map(eventLoop -> eventLoop.submit(() -> {}))
                .toList()
                .forEach(told -> told.awaitUninterruptibly(Math.max(0, deadlineNanos - System.nanoTime()) / 1_000_000));
    }

    /** Tells a stream of all that comes after what is returned, and maybe of that too. */
    InForce follow(Follower stream) {
        this.followers.add(stream);
        return this.inForce;
    }

    void unfollow(Follower stream) {
        this.followers.remove(stream);
    }

    /** An open stream. It is told on any thread, and switches later. */
    interface Follower {

        /** Where the stream switches. */
        EventLoop eventLoop();

        /** Puts a set in the place of the one that the stream has; not if that is newer. */
        void follow(InForce next);

        /** Puts a set in the place of one whose time is up, if the stream has that one; returns whether it has. */
        boolean leave(BehaviourSet ended, InForce next);
    }
}
