package dev.tcpecho.probe.load;

import dev.tcpecho.probe.exporter.DurationBounds;
import dev.tcpecho.probe.exporter.Durations;

/**
 * How long messages and connects took, as metrics have it.
 *
 * @param latencies of messages, since their planned time
 * @param roundTrips of messages, since they were sent; none without a rate, where that is the same
 * @param connects of connections
 * @param handshakes of TLS
 */
record LoadTimes(Durations latencies, Durations roundTrips, Durations connects, Durations handshakes) {

    LoadTimes() {
        this(
                new Durations(DurationBounds.ROUND_TRIP),
                new Durations(DurationBounds.ROUND_TRIP),
                new Durations(DurationBounds.ROUND_TRIP),
                new Durations(DurationBounds.ROUND_TRIP));
    }

    void add(LoadTimes other) {
        this.latencies.add(other.latencies);
        this.roundTrips.add(other.roundTrips);
        this.connects.add(other.connects);
        this.handshakes.add(other.handshakes);
    }

    LoadTimes copy() {
        return new LoadTimes(
                this.latencies.copy(), this.roundTrips.copy(), this.connects.copy(), this.handshakes.copy());
    }
}
