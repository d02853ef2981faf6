package dev.tcpecho.probe.watch;

/** What happens at each tick. */
interface WatchClock extends AutoCloseable {

    /** Returns what became of its messages. */
    Ledger ledger();

    /** Sends the message of a tick, and does not wait for anything. */
    void tick(Message message);

    /** Gives up the messages whose time was up at some time, and does not wait for anything. */
    void expire(long nanos);

    /** Ends its connections and threads. */
    @Override
    void close();
}
