package dev.tcpecho.probe.watch;

import dev.tcpecho.probe.client.Connector;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What to watch, and how.
 *
 * @param connector what connects
 * @param interval the time between two ticks
 * @param duration how long to watch; null for until the command is stopped
 * @param size how many bytes a message has
 * @param greeting whether the service sends a line first
 */
record WatchSettings(
        Connector connector, Duration interval, @Nullable Duration duration, int size, boolean greeting) {

    Duration timeout() {
        return this.connector.settings().timeout();
    }

    /** Returns how many messages of a clock can be under way. */
    long underWay() {
        return this.timeout().plus(this.interval).dividedBy(this.interval);
    }
}
