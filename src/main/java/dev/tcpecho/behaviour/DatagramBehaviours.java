package dev.tcpecho.behaviour;

import io.netty.buffer.ByteBuf;

/** What the behaviours of a listener do to its datagrams. */
@FunctionalInterface
public interface DatagramBehaviours {

    /** What {@link #shape(ByteBuf)} returns for a datagram that is not to be sent back. */
    long LOST = -1;

    /**
     * Shapes a datagram: flips bits of it in place, and tells when it is to be sent.
     *
     * @param datagram its payload
     * @return in how many nanoseconds, 0 or more; or {@link #LOST}
     */
    long shape(ByteBuf datagram);
}
