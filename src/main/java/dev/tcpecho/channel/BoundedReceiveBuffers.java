package dev.tcpecho.channel;

import dev.tcpecho.echo.HeldBytes;
import dev.tcpecho.transport.UnixChannel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Bounds a read to what may still be held, and to nothing while nothing more may be. Reading is stopped then, but
 * Netty's native transports may read on regardless, which would hold more than the bound. The sizes of reads are
 * Netty's; each call is passed on here because {@link RecvByteBufAllocator.DelegatingHandle DelegatingHandle}, which
 * epoll's own is too, would be compiled to calls that are not inlined.
 */
public final class BoundedReceiveBuffers implements ExtendedHandle, RecvByteBufAllocator {

    /** The first read of a connection has as much. */
    private static final int LITTLE = 2048;

    private final Channel channel;

    private final HeldBytes held;

    private final ExtendedHandle sizes;

    private final boolean keepsHalfClosed;

    private int most = Integer.MAX_VALUE;

    private boolean shut;

    private BoundedReceiveBuffers(Channel channel, ExtendedHandle sizes) {
        this.channel = channel;
        this.held = new HeldBytes(channel);
        this.sizes = sizes;
        this.keepsHalfClosed = UnixChannel.closesAtEndOfInput(channel);
    }

    /**
     * Bounds the reads of a channel.
     *
     * @param channel a channel that has not read yet
     */
    public static void install(Channel channel) {
        RecvByteBufAllocator receiveBuffers = channel.config().getRecvByteBufAllocator();
        channel.config().setRecvByteBufAllocator(new BoundedReceiveBuffers(channel, (ExtendedHandle)
                receiveBuffers.newHandle()));
    }

    /**
     * Limits each read of a channel, for what makes much more of it: TLS records of a byte each are a buffer each.
     *
     * @param channel a channel whose reads are bounded
     * @param most bytes, 1 or more
     */
    public static void limit(Channel channel, int most) {
        ((BoundedReceiveBuffers) channel.config().getRecvByteBufAllocator()).most = most;
    }

    /**
     * Returns the ledger that bounds the reads of a channel.
     *
     * @param channel a channel whose reads are bounded
     * @return what is held for it
     */
    public static HeldBytes heldBytes(Channel channel) {
        return ((BoundedReceiveBuffers) channel.config().getRecvByteBufAllocator()).held;
    }

    /** The channel takes one, and keeps it. */
    @Override
    public Handle newHandle() {
        return this;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
        this.shut = !this.held.readsOn();
        if (this.shut) {
            return Unpooled.EMPTY_BUFFER;
        }
        int room = Math.min(this.held.room(), this.most);
        try {
            return (guess() <= room) ? this.sizes.allocate(allocator) : allocator.ioBuffer(room);
        } catch (OutOfMemoryError noMemory) {
            return allocateLittle(allocator, room, noMemory);
        }
    }

    /** A small buffer can often be had still, and is for a client that takes its echo. */
    private ByteBuf allocateLittle(ByteBufAllocator allocator, int room, OutOfMemoryError noMemory) {
        this.channel.flush();
        if (this.held.total() <= LITTLE) {
            try {
                return allocator.ioBuffer(Math.min(room, LITTLE));
            } catch (OutOfMemoryError stillNone) {
                // As for any other client.
            }
        }
        // Thrown from here it would end an event loop of io_uring, and be the end of the stream for the others.
        this.shut = true;
        this.channel.config().setAutoRead(false);
        this.channel.eventLoop().execute(() -> this.channel.pipeline().fireExceptionCaught(noMemory));
        return Unpooled.EMPTY_BUFFER;
    }

    @Override
    public void lastBytesRead(int bytes) {
        if (bytes < 0 && this.keepsHalfClosed && !this.shut) {
            endInput();
            this.sizes.lastBytesRead(0);
            return;
        }
        // A read into no space looks like the end of the stream, which it is not.
        this.sizes.lastBytesRead(this.shut ? 0 : bytes);
    }

    /** Tells of the end of the client's stream behind its last bytes, as Netty does where it knows half-closure. */
    private void endInput() {
        this.held.endReads();
        this.channel
                .eventLoop()
                .execute(() -> this.channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE));
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
        return this.sizes.continueReading(maybeMoreData);
    }

    @Override
    public boolean continueReading() {
        return this.sizes.continueReading();
    }

    @Override
    public int guess() {
        return this.sizes.guess();
    }

    @Override
    public void reset(ChannelConfig config) {
        this.sizes.reset(config);
    }

    @Override
    public void incMessagesRead(int messages) {
        this.sizes.incMessagesRead(messages);
    }

    @Override
    public int lastBytesRead() {
        return this.sizes.lastBytesRead();
    }

    @Override
    public void attemptedBytesRead(int bytes) {
        this.sizes.attemptedBytesRead(bytes);
    }

    @Override
    public int attemptedBytesRead() {
        return this.sizes.attemptedBytesRead();
    }

    @Override
    public void readComplete() {
        this.sizes.readComplete();
    }
}
