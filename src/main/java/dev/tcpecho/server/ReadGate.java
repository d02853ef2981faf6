package dev.tcpecho.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator.DelegatingHandle;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Makes a read read nothing while the channel is not writable. {@link Backpressure} stops reading then, but once a
 * client has ended its stream, Netty's native transports read on regardless, all that the kernel has: megabytes for a
 * client that does not take its echo.
 */
final class ReadGate extends DelegatingHandle implements ExtendedHandle {

    private final Channel channel;

    private final ExtendedHandle delegate;

    private boolean shut;

    private ReadGate(Channel channel, ExtendedHandle delegate) {
        super(delegate);
        this.channel = channel;
        this.delegate = delegate;
    }

    static void install(Channel channel) {
        RecvByteBufAllocator receiveBuffers = channel.config().getRecvByteBufAllocator();
        channel.config()
                .setRecvByteBufAllocator(() -> new ReadGate(channel, (ExtendedHandle) receiveBuffers.newHandle()));
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
        this.shut = !this.channel.isWritable() && !isOutputShutdown();
        return this.shut ? Unpooled.EMPTY_BUFFER : super.allocate(allocator);
    }

    /** What is read then is not sent back, and so is not held. */
    private boolean isOutputShutdown() {
        return this.channel instanceof DuplexChannel duplex && duplex.isOutputShutdown();
    }

    @Override
    public void lastBytesRead(int bytes) {
        // A read into no space looks like the end of the stream, which it is not.
        super.lastBytesRead(this.shut ? 0 : bytes);
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
        return this.delegate.continueReading(maybeMoreData);
    }
}
