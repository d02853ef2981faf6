package dev.tcpecho.probe.watch;

import dev.tcpecho.probe.client.FailureCause;
import dev.tcpecho.probe.exporter.Durations;
import java.util.Map;

/**
 * What one clock measured until a moment of the run.
 *
 * @param messages messages whose outcome is known
 * @param lost how many of them did not come back
 * @param lostBytes how many of their bytes did not come back
 * @param skipped messages that were not sent
 * @param causes how many interruptions had which first cause, with the one under way
 * @param isInterrupted whether there is one under way
 * @param lastingNanos how long it has lasted; 0 if there is none
 * @param interruptions how long those were that are over
 * @param roundTrips how long messages took that came back
 * @param lateness how late this client came to each message
 */
record ClockFigures(
        long messages,
        long lost,
        long lostBytes,
        long skipped,
        Map<FailureCause, Long> causes,
        boolean isInterrupted,
        long lastingNanos,
        Durations interruptions,
        Durations roundTrips,
        Durations lateness) {}
