package dev.tcpecho.probe.watch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last interruptions of a run, which may be one of weeks. */
final class RecentInterruptions {

    private static final int MAX = 1000;

    private final Deque<Interruption> last = new ArrayDeque<>();

    private long leftOut;

    synchronized void add(Interruption interruption) {
        if (this.last.size() == MAX) {
            this.last.remove();
            this.leftOut++;
        }
        this.last.add(interruption);
    }

    synchronized List<Interruption> last() {
        return List.copyOf(this.last);
    }

    /** Returns how many there were before them. */
    synchronized long leftOut() {
        return this.leftOut;
    }
}
