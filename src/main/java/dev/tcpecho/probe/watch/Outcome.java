package dev.tcpecho.probe.watch;

import org.jspecify.annotations.Nullable;

/**
 * What became of a message.
 *
 * @param moment when it was decided
 * @param failure why it is lost; null if it came back
 * @param servedBy who served it; empty if the service does not tell
 */
record Outcome(Moment moment, @Nullable Failure failure, String servedBy) {}
