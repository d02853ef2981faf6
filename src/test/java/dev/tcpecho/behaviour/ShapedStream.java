package dev.tcpecho.behaviour;

import dev.tcpecho.BehaviourProperties;
import dev.tcpecho.EchoProperties.Protocol;
import dev.tcpecho.echo.EchoConnection;
import dev.tcpecho.echo.HeldBytes;
import dev.tcpecho.metrics.BehaviourMetrics;
import dev.tcpecho.metrics.CloseReason;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/** A stream that behaviours shape, without a network, in a time that stands still unless it is moved. */
final class ShapedStream implements AutoCloseable {

    static final List<String> NAMES = List.of(
            "refuse", "corrupt", "delay", "rate", "chunk", "stall-after", "greeting", "close-after", "reset-after");

    private final EmbeddedChannel channel = new EmbeddedChannel();

    private final Connection connection = new Connection();

    private final BehaviourMetrics metrics =
            new BehaviourMetrics(new SimpleMeterRegistry(), "plain", NAMES, () -> true);

    private final Segment segment;

    private final Writer writer = new Writer();

    private final List<ByteBuf> given = new ArrayList<>();

    private long millis;

    ShapedStream(BehaviourProperties properties) {
        this(new BehaviourSets("plain", Protocol.TCP, Map.of()).of(properties), 1);
    }

    ShapedStream(BehaviourSet set, long number) {
        this.channel.freezeTime();
        this.segment = new Segment(set, this.connection, number, true, this.metrics);
        this.segment.echo().doOnDiscard(ByteBuf.class, ByteBuf::release).subscribe(this.writer);
    }

    ShapedStream receive(byte... bytes) {
        ByteBuf buffer = Unpooled.copiedBuffer(bytes);
        this.given.add(buffer);
        this.segment.receive(buffer);
        return this;
    }

    ShapedStream complete() {
        this.segment.complete();
        return this;
    }

    /** Puts other behaviours in the place of these. */
    ShapedStream replace() {
        this.segment.replace();
        return this;
    }

    /** Moves the time, a millisecond at a time. */
    ShapedStream pass(int milliseconds) {
        for (int i = 0; i < milliseconds; i++) {
            this.millis++;
            this.channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
            this.channel.runScheduledPendingTasks();
            this.channel.runPendingTasks();
        }
        return this;
    }

    byte[] sent() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        this.writer.sent.forEach(sent -> all.writeBytes(sent.bytes));
        return all.toByteArray();
    }

    /** The writes, each with the time at which it was made. */
    List<Sent> writes() {
        return this.writer.sent;
    }

    boolean isComplete() {
        return this.writer.complete;
    }

    /** What was done to the connection, in order: ending, close, reset. */
    List<String> acts() {
        return this.connection.acts;
    }

    long acted(String behaviour) {
        return this.metrics.acts().get(behaviour);
    }

    /** Ends the connection, on which everything that is still held has to be released. */
    @Override
    public void close() {
        this.writer.cancel();
        this.channel.finishAndReleaseAll();
        for (ByteBuf buffer : this.given) {
            if (buffer.refCnt() != 0) {
                throw new AssertionError("A buffer of %s bytes was not released".formatted(buffer.capacity()));
            }
        }
    }

    /**
     * A write.
     *
     * @param millis when it was made
     * @param bytes what was written
     */
    record Sent(long millis, byte[] bytes) {}

    private final class Writer extends BaseSubscriber<ByteBuf> {

        private final List<Sent> sent = new ArrayList<>();

        private boolean complete;

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            requestUnbounded();
        }

        @Override
        protected void hookOnNext(ByteBuf buffer) {
            this.sent.add(new Sent(ShapedStream.this.millis, ByteBufUtil.getBytes(buffer)));
            buffer.release();
        }

        @Override
        protected void hookOnComplete() {
            this.complete = true;
        }

        @Override
        protected void hookOnError(Throwable cause) {
            throw new AssertionError(cause);
        }
    }

    private final class Connection implements EchoConnection {

        private final List<String> acts = new ArrayList<>();

        @Override
        public EmbeddedChannel channel() {
            return ShapedStream.this.channel;
        }

        @Override
        public EventLoop eventLoop() {
            return channel().eventLoop();
        }

        @Override
        public HeldBytes held() {
            return new HeldBytes(channel());
        }

        @Override
        public Duration age() {
            return Duration.ofMillis(ShapedStream.this.millis);
        }

        @Override
        public void behaviours(List<String> names) {}

        @Override
        public void closes(CloseReason reason) {
            this.acts.add("ending");
        }

        @Override
        public void close(CloseReason reason) {
            this.acts.add("close");
        }

        @Override
        public void reset(CloseReason reason) {
            this.acts.add("reset");
        }
    }
}
