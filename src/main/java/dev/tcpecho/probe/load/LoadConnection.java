package dev.tcpecho.probe.load;

import dev.tcpecho.probe.client.FailureCause;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/**
 * One connection of the load: sends messages, compares what comes back, and ends its stream behind the last message.
 * Runs on its event loop.
 */
final class LoadConnection extends ChannelInboundHandlerAdapter implements LoadClient {

    private enum State {
        CONNECTING,
        OPEN,
        ENDING,
        ENDED
    }

    private final LoopState loop;

    private final LoadPlan plan;

    private final EchoPattern pattern;

    private final long number;

    private final int size;

    private final long[] plannedNanos;

    private final long[] sentNanos;

    private State state = State.CONNECTING;

    private @Nullable ChannelHandlerContext context;

    private boolean outputEnded;

    private boolean complete;

    /** The place of the oldest message under way in the two rings of times. */
    private int oldest;

    private int underWay;

    /** Messages whose time has come, and which wait for those under way. */
    private long due;

    private long begun;

    private long bytesBegun;

    private long bytesSent;

    private long bytesBack;

    private long bytesAtMessageEnd;

    private int placeSent;

    private int placeBack;

    private long progressNanos;

    /** Makes a connection; its number, counted from 0, decides which bytes it sends, and when. */
    LoadConnection(LoopState loop, long number) {
        this.loop = loop;
        this.plan = loop.plan();
        this.pattern = loop.pattern();
        this.number = number;
        this.size = this.plan.size();
        this.plannedNanos = new long[this.plan.pipeline()];
        this.sentNanos = this.plan.isPaced() ? new long[this.plan.pipeline()] : this.plannedNanos;
        this.bytesAtMessageEnd = this.size;
        // Places far from each other, and at no distance of whole messages.
        this.placeSent = (int) (number * 611_953 % EchoPattern.PERIOD);
        this.placeBack = this.placeSent;
    }

    /** Takes part in the load, now that there is a connection. */
    void opened() {
        this.state = State.OPEN;
        this.loop.opened();
        if (this.context == null || !this.context.channel().isActive()) {
            endEarly(FailureCause.CLOSED, "the connection closed");
        }
    }

    /** Takes no part: what happens to it is not told. */
    void discard() {
        this.state = State.ENDED;
        close();
    }

    @Override
    public long plannedNanos(long message) {
        return this.plan.plannedNanos(this.number, message);
    }

    @Override
    public void plan(long now) {
        this.due++;
        if (this.state == State.OPEN) {
            send(now);
        }
    }

    /** Takes part with one message, and ends the stream behind it. */
    void exchange(long now) {
        opened();
        if (this.state == State.OPEN) {
            begin(now);
            end();
        }
    }

    /** Tells whether every byte came back, and then a clean end. */
    boolean isComplete() {
        return this.complete;
    }

    @Override
    public void send(long now) {
        while (this.underWay < this.plannedNanos.length && mayBegin()) {
            if (this.plan.isPaced()) {
                this.due--;
            }
            begin(now);
        }
        write();
    }

    private boolean mayBegin() {
        return this.state == State.OPEN && this.loop.isSending() && (this.due > 0 || !this.plan.isPaced());
    }

    private void begin(long now) {
        int place = this.oldest + this.underWay;
        if (place >= this.plannedNanos.length) {
            place -= this.plannedNanos.length;
        }
        this.sentNanos[place] = now;
        if (this.plan.isPaced()) {
            this.plannedNanos[place] = this.loop.startNanos() + plannedNanos(this.begun);
        }
        if (this.underWay == 0) {
            this.progressNanos = now;
        }
        this.begun++;
        this.underWay++;
        this.bytesBegun += this.size;
    }

    private void write() {
        ChannelHandlerContext context = this.context;
        if (context == null || this.state == State.ENDED) {
            return;
        }
        boolean written = false;
        while (this.bytesSent < this.bytesBegun && context.channel().isWritable()) {
            int length = (int) Math.min(this.bytesBegun - this.bytesSent, EchoPattern.MOST_AT_ONCE);
            ByteBuf slice = this.pattern.slice(this.placeSent, length);
            this.placeSent = EchoPattern.advance(this.placeSent, length);
            this.bytesSent += length;
            context.write(slice, context.voidPromise());
            written = true;
        }
        if (written) {
            context.flush();
        }
        if (this.state == State.ENDING && !this.outputEnded && mayEndOutput(context)) {
            endOutput(context);
        }
    }

    /** Whoever gets close_notify in TLS 1.2 may drop what is still to come. */
    private boolean mayEndOutput(ChannelHandlerContext context) {
        SslHandler tls = context.pipeline().get(SslHandler.class);
        boolean early = tls == null || tls.engine().getSession().getProtocol().equals("TLSv1.3");
        return this.bytesSent == this.bytesBegun && (early || this.underWay == 0);
    }

    private void endOutput(ChannelHandlerContext context) {
        this.outputEnded = true;
        this.progressNanos = System.nanoTime();
        // Netty drops what it has not written when the output ends.
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (written.isSuccess()) {
                SslHandler tls = context.pipeline().get(SslHandler.class);
                if (tls != null) {
                    tls.closeOutbound();
                } else {
                    ((DuplexChannel) context.channel()).shutdownOutput();
                }
            }
        });
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        this.context = context;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf received = (ByteBuf) message;
        try {
            if (this.state != State.ENDED) {
                compare(received);
            }
        } finally {
            received.release();
        }
    }

    private void compare(ByteBuf received) {
        int index = received.readerIndex();
        int end = received.writerIndex();
        boolean first = this.bytesBack == 0;
        while (index < end) {
            int length =
                    (int) Math.min(Math.min(end - index, EchoPattern.MOST_AT_ONCE), this.bytesSent - this.bytesBack);
            if (length == 0) {
                fail(
                        FailureCause.SURPLUS,
                        "more than the %s bytes that were sent came back%s"
                                .formatted(this.bytesSent, first ? causeOfOther(received) : ""));
                return;
            }
            int difference = this.pattern.mismatch(this.placeBack, received, index, length);
            if (difference >= 0) {
                this.bytesBack += difference;
                fail(
                        FailureCause.MISMATCH,
                        "byte %s, counted from 0, is not the one that was sent%s"
                                .formatted(this.bytesBack, first ? causeOfOther(received) : ""));
                return;
            }
            this.placeBack = EchoPattern.advance(this.placeBack, length);
            this.bytesBack += length;
            index += length;
        }
        count(System.nanoTime());
    }

    private String causeOfOther(ByteBuf received) {
        byte[] bytes = ByteBufUtil.getBytes(received);
        return this.loop.likelyCause().ofOtherBytes(bytes, bytes.length);
    }

    private void count(long now) {
        this.progressNanos = now;
        while (this.bytesBack >= this.bytesAtMessageEnd) {
            this.loop.figures().messageBack(this.plannedNanos[this.oldest], this.sentNanos[this.oldest], now);
            this.oldest = (this.oldest + 1 == this.plannedNanos.length) ? 0 : this.oldest + 1;
            this.underWay--;
            this.bytesAtMessageEnd += this.size;
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        send(this.progressNanos);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        write();
    }

    @Override
    public void end() {
        if (this.state == State.OPEN) {
            this.state = State.ENDING;
            this.loop.figures().unsent(this.due);
            write();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslCloseCompletionEvent close && close.isSuccess()) {
            inputEnded();
        } else if (event instanceof ChannelInputShutdownEvent) {
            if (context.pipeline().get(SslHandler.class) == null) {
                inputEnded();
            } else {
                endEarly(FailureCause.TRUNCATED, FailureCause.TRUNCATED.text());
            }
        }
    }

    private void inputEnded() {
        if (this.state == State.ENDING && this.bytesBack == this.bytesBegun) {
            this.state = State.ENDED;
            this.complete = true;
            this.loop.complete();
            close();
        } else {
            endEarly(FailureCause.CLOSED, FailureCause.CLOSED.text());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        endEarly(FailureCause.CLOSED, "the connection closed");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        FailureCause cause = FailureCause.of(failure);
        endEarly(cause, "the connection broke: " + cause.describe(failure));
    }

    @Override
    public boolean hasStalled(long now) {
        boolean waits = this.underWay > 0 || this.state == State.ENDING;
        return waits
                && this.state != State.ENDED
                && now - this.progressNanos > this.plan.timeout().toNanos();
    }

    @Override
    public void stalled() {
        giveUp("nothing for " + DurationStyle.SIMPLE.print(this.plan.timeout()));
    }

    @Override
    public void abandon() {
        giveUp("the run was stopped");
    }

    private void giveUp(String reason) {
        endEarly(FailureCause.STALL, reason);
    }

    private void endEarly(FailureCause cause, String how) {
        boolean nothing = this.bytesSent > 0 && this.bytesBack == 0;
        String likely = nothing ? this.loop.likelyCause().ofNothing() : "";
        fail(cause, "%s of %s bytes came back, and then %s%s".formatted(this.bytesBack, this.bytesSent, how, likely));
    }

    /** Before it is open, what opens it tells of its failure. */
    private void fail(FailureCause cause, String sentence) {
        if (this.state == State.OPEN || this.state == State.ENDING) {
            if (this.state == State.OPEN) {
                this.loop.figures().unsent(this.due);
            }
            this.state = State.ENDED;
            this.loop.failed(
                    cause, "connection %s: %s".formatted(this.number, sentence), this.bytesSent - this.bytesBack);
            close();
        }
    }

    private void close() {
        if (this.context != null) {
            this.context.channel().close();
        }
    }
}
