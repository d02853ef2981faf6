package dev.tcpecho.datagram;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The datagrams of one socket that a behaviour delays. They are sent in any case: at last when the socket closes. */
final class HeldDatagrams extends ChannelOutboundHandlerAdapter {

    /** The most bytes that are held for one listener. */
    static final int MOST_BYTES = 4 * 1024 * 1024;

    /** What Java keeps around a datagram that waits: several small objects. */
    private static final int OVERHEAD = 512;

    private final Channel socket;

    private final AtomicLong bytes;

    private final BiFunction<ByteBuf, InetSocketAddress, Future<?>> writer;

    private final Set<Held> held = new LinkedHashSet<>();

    HeldDatagrams(Channel socket, AtomicLong bytes, BiFunction<ByteBuf, InetSocketAddress, Future<?>> writer) {
        this.socket = socket;
        this.bytes = bytes;
        this.writer = writer;
    }

    /** Holds a copy of a datagram for a while; returns whether there is room for it. */
    boolean hold(DatagramPacket datagram, long nanos) {
        int size = OVERHEAD + datagram.content().readableBytes();
        if (this.bytes.addAndGet(size) > MOST_BYTES) {
            this.bytes.addAndGet(-size);
            return false;
        }
        ByteBuf copy = WaitingDatagram.copy(datagram);
        if (copy == null) {
            this.bytes.addAndGet(-size);
            return false;
        }
        Held waiting = new Held(copy, datagram.sender(), size);
        this.held.add(waiting);
        waiting.timer = this.socket.eventLoop().schedule(() -> sendDue(waiting), nanos, TimeUnit.NANOSECONDS);
        return true;
    }

    private void sendDue(Held due) {
        if (this.held.remove(due)) {
            send(due);
            this.socket.flush();
        }
    }

    private Future<?> send(Held due) {
        this.bytes.addAndGet(-due.size);
        return this.writer.apply(due.content, due.recipient);
    }

    /** The channel of io_uring would take back what the kernel has not taken when it closes. */
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        List<Held> rest = List.copyOf(this.held);
        this.held.clear();
        Future<?> last = context.newSucceededFuture();
        for (Held waiting : rest) {
            if (waiting.timer != null) {
                waiting.timer.cancel(false);
            }
            last = send(waiting);
        }
        context.flush();
        last.addListener(sent -> context.close(promise));
    }

    /** A datagram that waits. */
    private static final class Held {

        private final ByteBuf content;

        private final InetSocketAddress recipient;

        private final int size;

        private @Nullable Future<?> timer;

        Held(ByteBuf content, InetSocketAddress recipient, int size) {
            this.content = content;
            this.recipient = recipient;
            this.size = size;
        }
    }
}
