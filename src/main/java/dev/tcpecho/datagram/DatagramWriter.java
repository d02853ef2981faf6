package dev.tcpecho.datagram;

import dev.tcpecho.behaviour.DatagramBehaviours;
import dev.tcpecho.metrics.DatagramMetrics;
import dev.tcpecho.metrics.DropReason;
import dev.tcpecho.transport.EmptyDatagram;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GenericFutureListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/**
 * Writes each datagram of a socket back to its sender, at once or when a behaviour lets it go. The socket is flushed
 * when all that could be read is here, and is not read while the kernel takes nothing ({@link DatagramSignals}).
 */
final class DatagramWriter
        implements CoreSubscriber<DatagramPacket>, Subscription, GenericFutureListener<DatagramWriter.Write> {

    private final Channel socket;

    private final DatagramBehaviours behaviours;

    private final HeldDatagrams held;

    private final DatagramMetrics metrics;

    private final DropLog drops;

    private final Subscriber<? super Void> completion;

    private Subscription echo = Operators.emptySubscription();

    DatagramWriter(
            Channel socket,
            DatagramBehaviours behaviours,
            AtomicLong heldBytes,
            DatagramMetrics metrics,
            DropLog drops,
            Subscriber<? super Void> completion) {
        this.socket = socket;
        this.behaviours = behaviours;
        this.held = new HeldDatagrams(socket, heldBytes, this::write);
        this.metrics = metrics;
        this.drops = drops;
        this.completion = completion;
    }

    @Override
    public void onSubscribe(Subscription echo) {
        this.echo = echo;
        this.socket.pipeline().addFirst("echo.datagram-signals", DatagramSignals.HANDLER);
        this.socket.pipeline().addFirst("echo.held-datagrams", this.held);
        this.completion.onSubscribe(this);
        echo.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(DatagramPacket datagram) {
        long delayNanos = this.behaviours.shape(datagram.content());
        if (delayNanos == 0) {
            sendBack(datagram);
        } else if (delayNanos == DatagramBehaviours.LOST) {
            // What behaviours do is logged by themselves.
            this.metrics.dropped(DropReason.BEHAVIOUR);
        } else if (!this.held.hold(datagram, delayNanos)) {
            drop(DropReason.MEMORY, datagram.sender());
        }
    }

    private void sendBack(DatagramPacket datagram) {
        // The caller releases the datagram behind this, and the channel behind the write.
        ByteBuf content = kernelHasTakenAll() ? datagram.content().retain() : WaitingDatagram.copy(datagram);
        if (content != null) {
            write(content, datagram.sender());
        } else {
            drop(DropReason.MEMORY, datagram.sender());
        }
    }

    /** Tells whether the kernel has taken all that was flushed, and so may take what is written now. */
    private boolean kernelHasTakenAll() {
        ChannelOutboundBuffer flushed = this.socket.unsafe().outboundBuffer();
        return flushed == null || flushed.isEmpty();
    }

    private Future<?> write(ByteBuf content, InetSocketAddress recipient) {
        if (content.isReadable()) {
            Write write = new Write(this.socket, content.readableBytes(), recipient);
            write.addListener(this);
            return this.socket.write(new DatagramPacket(content, recipient), write);
        }
        content.release();
        sendEmpty(recipient);
        return this.socket.newSucceededFuture();
    }

    private void sendEmpty(InetSocketAddress recipient) {
        // Behind those that came before it.
        this.socket.flush();
        try {
            EmptyDatagram.send(this.socket, recipient);
            this.metrics.sent(0);
        } catch (IOException ex) {
            drop(DropReason.ERROR, recipient);
        }
    }

    private void drop(DropReason reason, InetSocketAddress client) {
        this.drops.add(reason, client.getAddress(), this.socket.eventLoop());
    }

    @Override
    public void operationComplete(Write write) {
        if (write.isSuccess()) {
            this.metrics.sent(write.bytes);
        } else {
            drop(DropReason.ERROR, write.recipient);
        }
    }

    @Override
    public void onComplete() {
        this.completion.onComplete();
    }

    @Override
    public void onError(Throwable cause) {
        this.completion.onError(cause);
    }

    /** The completion is a void: nobody has to ask for it. */
    @Override
    public void request(long count) {}

    @Override
    public void cancel() {
        this.echo.cancel();
    }

    /** Promise of a write that tells how many bytes it is of, and for whom. */
    static final class Write extends DefaultChannelPromise {

        private final int bytes;

        private final InetSocketAddress recipient;

        Write(Channel socket, int bytes, InetSocketAddress recipient) {
            super(socket);
            this.bytes = bytes;
            this.recipient = recipient;
        }
    }
}
