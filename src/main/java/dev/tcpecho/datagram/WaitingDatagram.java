package dev.tcpecho.datagram;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import org.jspecify.annotations.Nullable;

/** What is kept of a datagram that waits: of the memory that it was read into, a small one takes very little. */
final class WaitingDatagram {

    private WaitingDatagram() {}

    /** Copies the payload, so that what it was read into can be read into again; {@code null} without memory for it. */
    static @Nullable ByteBuf copy(ByteBufHolder datagram) {
        try {
            return datagram.content().copy();
        } catch (OutOfMemoryError noMemory) {
            return null;
        }
    }
}
