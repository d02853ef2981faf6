package dev.tcpecho.probe.load;

/** One of the clients of a load, which has one connection at a time. Runs on its event loop. */
interface LoadClient {

    /** Returns when a message is to be sent, in nanoseconds since the start; the first message is 0. */
    long plannedNanos(long message);

    /** Has one more message to send. */
    void plan(long now);

    /** Sends what may be sent now. */
    void send(long now);

    /** Tells whether bytes are due, and none came for as long as the timeout. */
    boolean hasStalled(long now);

    /** Gives up on a connection that has stalled. */
    void stalled();

    /** Sends no further message, and ends the stream behind the last. */
    void end();

    /** Gives up on a connection that has not ended when the run has to. */
    void abandon();
}
