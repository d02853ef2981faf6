package dev.tcpecho.echo;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * Ledger of what is held for one connection, from the read until the kernel has taken it: the capacity of its buffers,
 * however little of each was filled. It bounds what a client that does not read can make the service hold.
 */
public final class HeldBytes {

    /** The service stops reading above it: a full buffer, and what Netty adds to it, are below. */
    public static final int HIGH_WATER_MARK = 68 * 1024;

    /** The most bytes held: with space for what comes right behind a full buffer, as the end of a message may. */
    private static final int MOST = 80 * 1024;

    private final Channel channel;

    /**
     * Begins with nothing.
     *
     * @param channel the connection
     */
    public HeldBytes(Channel channel) {
        this.channel = channel;
    }

    /**
     * Returns what is held now, on any thread.
     *
     * @return bytes, 0 or more
     */
    public long total() {
        ChannelOutboundBuffer buffer = this.channel.unsafe().outboundBuffer();
        return (buffer == null) ? 0 : buffer.totalPendingWriteBytes();
    }

    /**
     * Returns what is held now, less what the kernel has taken of the buffer that is being written.
     *
     * @return bytes, 0 or more
     */
    long untaken() {
        ChannelOutboundBuffer buffer = this.channel.unsafe().outboundBuffer();
        return (buffer == null) ? 0 : buffer.totalPendingWriteBytes() - buffer.currentProgress();
    }

    /**
     * Tells whether nothing is owed to the client.
     *
     * @return whether the kernel has taken everything
     */
    public boolean isNone() {
        ChannelOutboundBuffer buffer = this.channel.unsafe().outboundBuffer();
        return buffer != null && buffer.isEmpty();
    }

    /**
     * Tells whether more may be read from the client.
     *
     * @return whether less than a water mark is held; always after the end of our stream, when what is read is not sent
     *     back
     */
    public boolean mayRead() {
        ChannelOutboundBuffer buffer = this.channel.unsafe().outboundBuffer();
        return buffer == null || buffer.isWritable();
    }

    /**
     * Returns how much more may be held while {@link #mayRead() more may be read}.
     *
     * @return bytes, 1 or more
     */
    public int room() {
        return MOST - (int) total();
    }

    /** Stops reading from a client that does not take its echo, and reads on when it has. */
    void limitReads() {
        if (!mayRead()) {
            // It may make the channel writable at once, and then reading goes on.
            this.channel.flush();
        }
        this.channel.config().setAutoRead(mayRead());
    }
}
