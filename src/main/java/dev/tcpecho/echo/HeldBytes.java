package dev.tcpecho.echo;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * Ledger of what is held for one connection, from the read until the kernel has taken it: the capacity of its buffers,
 * however little of each was filled. It bounds what a client that does not read can make the service hold.
 *
 * <p>A buffer that goes straight from the read to the channel is counted by the channel. A buffer that may wait on its
 * way is {@link #charge(ByteBuf) charged} here until its memory is freed, and the channel does not count it again.
 */
public final class HeldBytes {

    /** The service stops reading above it: a full buffer, and what Netty adds to it, are below. */
    public static final int HIGH_WATER_MARK = 68 * 1024;

    /** The service reads on below it, once it has stopped. */
    public static final int LOW_WATER_MARK = 32 * 1024;

    /** The most bytes held: with space for what comes right behind a full buffer, as the end of a message may. */
    private static final int MOST = 80 * 1024;

    /** What Java keeps around a buffer that waits: several small objects. */
    private static final int OVERHEAD = 256;

    private static final AtomicIntegerFieldUpdater<HeldBytes> CHARGED =
            AtomicIntegerFieldUpdater.newUpdater(HeldBytes.class, "charged");

    private final Channel channel;

    private volatile int charged;

    private volatile boolean stalled;

    private boolean readsEnded;

    /**
     * Begins with nothing.
     *
     * @param channel the connection
     */
    public HeldBytes(Channel channel) {
        this.channel = channel;
    }

    /**
     * Returns how much a channel counts for a buffer that is written to it.
     *
     * @param buffer the buffer
     * @return its capacity in bytes; 0 if it is charged, or was cut from a buffer that is
     */
    public static int sizeInChannel(ByteBuf buffer) {
        return isCharged(buffer) ? 0 : buffer.capacity();
    }

    /**
     * Charges a buffer that may wait on its way to the channel. Only on the connection's event loop.
     *
     * @param buffer a buffer that belongs to the caller
     * @return the same bytes, in a buffer that belongs to the caller
     */
    public ByteBuf charge(ByteBuf buffer) {
        int charge = buffer.capacity() + OVERHEAD;
        ByteBuf chargedBuffer = new ChargedBuffer(buffer, this, charge);
        CHARGED.addAndGet(this, charge);
        if (!mayRead()) {
            limitReads();
        }
        return chargedBuffer;
    }

    /**
     * Charges a buffer, unless it is charged or was cut from a buffer that is. Only on the connection's event loop.
     *
     * @param buffer a buffer that belongs to the caller
     * @return the same bytes, in a buffer that belongs to the caller
     */
    public ByteBuf chargeOnce(ByteBuf buffer) {
        return isCharged(buffer) ? buffer : charge(buffer);
    }

    private static boolean isCharged(ByteBuf buffer) {
        return buffer instanceof ChargedBuffer || buffer.unwrap() instanceof ChargedBuffer;
    }

    /** Takes back a charge, on whichever thread frees the buffer. */
    private void freed(int charge) {
        CHARGED.addAndGet(this, -charge);
        if (!this.channel.config().isAutoRead()) {
            if (this.channel.eventLoop().inEventLoop()) {
                limitReads();
            } else {
                this.channel.eventLoop().execute(this::limitReads);
            }
        }
    }

    /**
     * Looks whether reading may go on, as the kernel has taken something; the channel tells only when it passes a water
     * mark of its own.
     */
    void taken() {
        if (!this.channel.config().isAutoRead() && this.channel.isWritable()) {
            // The channel takes a buffer out of its count after it has told of it.
            this.channel.eventLoop().execute(this::limitReads);
        }
    }

    /**
     * Returns what is held now, on any thread.
     *
     * @return bytes, 0 or more
     */
    public long total() {
        ChannelOutboundBuffer buffer = this.channel.unsafe().outboundBuffer();
        return this.charged + ((buffer == null) ? 0 : buffer.totalPendingWriteBytes());
    }

    /**
     * Returns what the channel holds now, less what the kernel has taken of the buffer that is being written.
     *
     * @return bytes, 0 or more
     */
    long untaken() {
        ChannelOutboundBuffer buffer = this.channel.unsafe().outboundBuffer();
        return (buffer == null) ? 0 : buffer.totalPendingWriteBytes() - buffer.currentProgress();
    }

    /**
     * Says whether what is charged waits for nothing that is sure to come: then it is not due.
     *
     * @param stalled whether it does
     */
    public void stall(boolean stalled) {
        this.stalled = stalled;
    }

    /** Tells whether the kernel has taken all that was written, and more is sure to be written. */
    boolean isDue() {
        return hasTakenAll() && this.charged > 0 && !this.stalled;
    }

    /**
     * Tells whether nothing is due to the client.
     *
     * @return whether the kernel has taken everything, but for what is stalled
     */
    public boolean isNone() {
        return hasTakenAll() && (this.charged == 0 || this.stalled);
    }

    private boolean hasTakenAll() {
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
        if (this.readsEnded) {
            return false;
        }
        ChannelOutboundBuffer buffer = this.channel.unsafe().outboundBuffer();
        if (buffer == null) {
            return true;
        }
        return buffer.isWritable() && (this.charged == 0 || total() <= waterMark());
    }

    /** Reads nothing more from a client that has ended its stream. Only on the connection's event loop. */
    public void endReads() {
        this.readsEnded = true;
        this.channel.config().setAutoRead(false);
    }

    /**
     * Tells whether more may be read, and otherwise stops reading until it may: the channel's own part of what is held
     * can grow without a charge or a change of writability.
     *
     * @return whether more may be read
     */
    public boolean readsOn() {
        if (this.charged > 0 && this.channel.config().isAutoRead() && !mayRead()) {
            limitReads();
        }
        return mayRead();
    }

    private int waterMark() {
        return this.channel.config().isAutoRead() ? HIGH_WATER_MARK : LOW_WATER_MARK;
    }

    /**
     * Returns how much more may be read while {@link #mayRead() more may be read}.
     *
     * @return bytes, 1 or more
     */
    public int room() {
        // Nothing is held of what comes after the end of our stream, whatever waits until the connection is closed.
        return (this.channel.unsafe().outboundBuffer() == null) ? MOST : MOST - (int) total();
    }

    /** Stops reading from a client that does not take its echo, and reads on when it has. */
    void limitReads() {
        if (!mayRead()) {
            // Before reading stops, so that epoll waits for output then. It may also make the channel writable at once:
            // then reading goes on.
            this.channel.flush();
        }
        this.channel.config().setAutoRead(mayRead());
    }

    /**
     * Buffer that is charged until its memory is freed: when every part that was cut from it is written or discarded.
     */
    private static final class ChargedBuffer extends CompositeByteBuf {

        private final HeldBytes ledger;

        private final int charge;

        ChargedBuffer(ByteBuf buffer, HeldBytes ledger, int charge) {
            super(buffer.alloc(), buffer.isDirect(), 1);
            this.ledger = ledger;
            this.charge = charge;
            addComponent(true, buffer);
        }

        @Override
        protected void deallocate() {
            super.deallocate();
            this.ledger.freed(this.charge);
        }
    }
}
