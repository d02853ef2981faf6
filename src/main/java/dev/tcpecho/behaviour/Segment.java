package dev.tcpecho.behaviour;

import dev.tcpecho.behaviour.BehaviourSet.Member;
import dev.tcpecho.echo.EchoConnection;
import dev.tcpecho.metrics.BehaviourMetrics;
import dev.tcpecho.metrics.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.concurrent.Queues;

/** The stretch of a connection's stream that one set of behaviours shapes. */
final class Segment implements BehaviourContext {

    /** A queue grows in steps of so many buffers; what is held for a connection bounds it. */
    private static final int QUEUE_STEP = 16;

    private final EchoConnection connection;

    private final Channel channel;

    private final long number;

    private final Draws draws;

    private final List<Member> members;

    private final BehaviourMetrics metrics;

    private final Sinks.Many<ByteBuf> received = Sinks.unsafe()
            .many()
            .unicast()
            .onBackpressureBuffer(Queues.<ByteBuf>unbounded(QUEUE_STEP).get());

    private final Sinks.Many<Integer> arrivals =
            Sinks.unsafe().many().multicast().directBestEffort();

    private final Sinks.Empty<Void> replaced = Sinks.unsafe().empty();

    private boolean over;

    Segment(BehaviourSet set, EchoConnection connection, long number, boolean begins, BehaviourMetrics metrics) {
        this.connection = connection;
        this.channel = connection.channel();
        this.number = number;
        this.draws = set.draws();
        this.members = set.drawFor(number, begins);
        this.metrics = metrics;
    }

    boolean isPlain() {
        return this.members.isEmpty();
    }

    List<String> names() {
        return this.members.stream().map(Member::name).toList();
    }

    /** Returns the stream as the behaviours shape it. */
    Flux<ByteBuf> echo() {
        Flux<ByteBuf> stream = this.received.asFlux();
        for (Member member : this.members) {
            stream = member.behaviour().apply(stream, this);
            if (member.isBean()) {
                acted(member.name(), 1);
                stream = new BackOnEventLoop(stream, this.channel.eventLoop(), this.connection.held());
            }
        }
        return stream;
    }

    /** Takes a buffer from the client. */
    void receive(ByteBuf buffer) {
        this.arrivals.tryEmitNext(buffer.readableBytes());
        if (this.received.tryEmitNext(buffer).isFailure()) {
            // A behaviour has ended the stream.
            buffer.release();
        }
    }

    /** Completes the stream of this segment: the client's is complete, or another set takes over. */
    void complete() {
        this.received.tryEmitComplete();
    }

    /** Lets what waits go, as another set takes over. */
    void replace() {
        complete();
        this.connection.held().stall(false);
        this.replaced.tryEmitEmpty();
    }

    /** Keeps the behaviours from ending a connection that has ended. */
    void stop() {
        this.over = true;
    }

    @Override
    public String listener() {
        return this.draws.listener();
    }

    @Override
    public long connection() {
        return this.number;
    }

    @Override
    public Channel channel() {
        return this.channel;
    }

    @Override
    public ByteBufAllocator alloc() {
        return this.channel.alloc();
    }

    @Override
    public Duration age() {
        return this.connection.age();
    }

    @Override
    public long nanoTime() {
        return this.channel.eventLoop().ticker().nanoTime();
    }

    @Override
    public Mono<Void> until(long nanoTime) {
        EventLoop eventLoop = this.channel.eventLoop();
        long nanos = nanoTime - nanoTime();
        if (nanos <= 0) {
            return Mono.empty();
        }
        Mono<Void> timer = Mono.create(sink -> {
            Future<?> wait = eventLoop.schedule(() -> sink.success(), nanos, TimeUnit.NANOSECONDS);
            sink.onDispose(() -> wait.cancel(false));
        });
        return Mono.firstWithSignal(timer, replaced());
    }

    @Override
    public Mono<Void> replaced() {
        return this.replaced.asMono();
    }

    @Override
    public Flux<Integer> arrivals() {
        return this.arrivals.asFlux();
    }

    @Override
    public RandomGenerator random(String purpose) {
        return this.draws.random(this.number, purpose);
    }

    @Override
    public void acted(String behaviour, long times) {
        this.metrics.acted(behaviour, times);
    }

    @Override
    public void stalled() {
        this.connection.held().stall(true);
    }

    @Override
    public void ending() {
        this.connection.closes(CloseReason.BEHAVIOUR);
    }

    @Override
    public void close() {
        if (!this.over) {
            this.connection.close(CloseReason.BEHAVIOUR);
        }
    }

    @Override
    public void reset() {
        if (!this.over) {
            this.connection.reset(CloseReason.BEHAVIOUR);
        }
    }
}
