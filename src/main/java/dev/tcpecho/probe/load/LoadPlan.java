package dev.tcpecho.probe.load;

import java.time.Duration;

/**
 * What a load is to be.
 *
 * @param connections how many connections, 1 or more
 * @param rate messages a second on all connections together; 0 for as many as come back
 * @param connectRate how many connections to begin a second; 0 for as many as are accepted
 * @param duration how long messages are counted
 * @param omit how long messages are compared and not counted before
 * @param size the bytes of a message, 1 or more
 * @param pipeline how many messages of a connection may be under way, 1 or more
 * @param timeout how long to wait for the host to accept, and then each time for the next bytes
 * @param reconnects whether each message has a connection of its own, and {@code connections} is how many at a time
 */
record LoadPlan(
        int connections,
        int rate,
        int connectRate,
        Duration duration,
        Duration omit,
        int size,
        int pipeline,
        Duration timeout,
        boolean reconnects) {

    boolean isPaced() {
        return this.rate > 0;
    }

    /**
     * Returns when a message is to be sent.
     *
     * @param connection the number of its connection, counted from 0
     * @param message the number of the message on its connection, counted from 0
     * @return nanoseconds since the start of the load
     */
    long plannedNanos(long connection, long message) {
        return (long) ((connection + (double) message * this.connections) * 1e9 / this.rate);
    }
}
