package dev.tcpecho.probe.udp;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Finds the largest datagram that comes back, by halving: smaller ones come back, and larger ones do not. */
final class Sweep {

    private final int smallest;

    private final int largest;

    private int largestWhole;

    private int smallestNotWhole;

    private @Nullable SizeTrial failed;

    private int refusedByKernel;

    /**
     * Makes a sweep over sizes.
     *
     * @param smallest bytes of a datagram that has come back
     * @param largest bytes of the largest one to try
     */
    Sweep(int smallest, int largest) {
        this.smallest = smallest;
        this.largest = largest;
        this.largestWhole = smallest;
        this.smallestNotWhole = largest + 1;
    }

    /** Tries the largest size first, and then the one in the middle between what comes back and what does not. */
    void run(IntFunction<SizeTrial> trial) {
        for (int size = this.largest; this.smallestNotWhole - this.largestWhole > 1; size = middle()) {
            SizeTrial result = trial.apply(size);
            if (result.isWhole()) {
                this.largestWhole = size;
            } else {
                this.smallestNotWhole = size;
                this.failed = result;
                this.refusedByKernel = result.isTooLong() ? size : this.refusedByKernel;
            }
        }
    }

    private int middle() {
        return (this.largestWhole + this.smallestNotWhole) >>> 1;
    }

    /** Returns what was found, by its names in the schema. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("smallest", this.smallest);
        fields.put("largest", this.largest);
        fields.put("largestWhole", this.largestWhole);
        if (this.failed != null) {
            fields.put("smallestNotWhole", this.smallestNotWhole);
            fields.put("reason", this.failed.reason());
        }
        if (this.refusedByKernel > 0) {
            fields.put("refusedByKernel", this.refusedByKernel);
        }
        return fields;
    }

    /** Returns the same in one line. */
    String forPeople() {
        if (this.failed == null) {
            return "the largest datagram that came back whole has %s bytes, and no larger one was tried"
                    .formatted(this.largestWhole);
        }
        String line = "the largest datagram that came back whole has %s bytes; of %s bytes none did: %s"
                .formatted(this.largestWhole, this.smallestNotWhole, this.failed.reason());
        return (this.refusedByKernel > this.smallestNotWhole)
                ? "%s; this host's kernel refuses to send %s bytes (EMSGSIZE)".formatted(line, this.refusedByKernel)
                : line;
    }
}
