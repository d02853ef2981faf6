package dev.tcpecho.probe.load;

import java.util.List;

/**
 * What all event loops measured together.
 *
 * @param sum the sum of their figures
 * @param seconds how long messages were counted, until the last of them was back
 */
record LoadFigures(LoopFigures sum, double seconds) {

    /**
     * Adds up, when the event loops have ended.
     *
     * @param loops each event loop's
     * @param paced whether messages had planned times
     * @param countedFromNanos when messages began to count
     * @param countedUntilNanos when the last was sent at the latest; one may come back later
     */
    static LoadFigures of(List<LoopFigures> loops, boolean paced, long countedFromNanos, long countedUntilNanos) {
        LoopFigures sum = new LoopFigures(paced);
        sum.countFrom(countedFromNanos);
        loops.forEach(sum::add);
        long untilLastSent = countedUntilNanos - countedFromNanos;
        long untilLastBack = sum.lastBackNanos() - countedFromNanos;
        return new LoadFigures(sum, Math.max(untilLastSent, untilLastBack) / 1e9);
    }

    long messages() {
        return this.sum.latencies().getTotalCount();
    }

    double messagesPerSecond() {
        return (this.seconds > 0) ? messages() / this.seconds : 0;
    }
}
