package dev.tcpecho.echo;

import dev.tcpecho.metrics.CloseReason;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;

/** A connection whose stream is echoed, as those see it who shape the stream or limit its time. */
public interface EchoConnection {

    /**
     * Returns the channel.
     *
     * @return the channel; after the connection has ended one that is closed
     */
    Channel channel();

    /**
     * Returns the event loop on which everything of this connection happens.
     *
     * @return the event loop; only before the connection has ended
     */
    EventLoop eventLoop();

    /**
     * Returns the ledger of what is held for this connection.
     *
     * @return the ledger
     */
    HeldBytes held();

    /**
     * Returns how long the connection has been open.
     *
     * @return its age since it was admitted
     */
    Duration age();

    /**
     * Remembers which behaviours shape the stream, for who asks about the connection.
     *
     * @param names their names
     */
    void behaviours(List<String> names);

    /**
     * Tells why the connection is about to end. The first reason counts: what follows it is its consequence. Nothing
     * that the client sends from now on is echoed.
     *
     * @param reason what it is counted with
     */
    void closes(CloseReason reason);

    /**
     * Closes the connection from the server's side, whatever is still owed. Only on its event loop.
     *
     * @param reason what it is counted with
     */
    void close(CloseReason reason);

    /**
     * Resets the connection, whatever is still owed. Only on its event loop.
     *
     * @param reason what it is counted with
     */
    void reset(CloseReason reason);
}
