package dev.tcpecho.behaviour;

import dev.tcpecho.echo.EchoConnection;
import dev.tcpecho.metrics.BehaviourMetrics;
import dev.tcpecho.metrics.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.util.concurrent.Queues;

/**
 * Leads the stream of one connection through the behaviours that are in force, and from one set to the next: what the
 * former set holds comes out before anything of the next. As long as nothing shapes the stream, each buffer goes
 * straight through. Everything happens on the connection's event loop.
 */
final class StreamSwitch implements CoreSubscriber<ByteBuf>, Subscription, CurrentBehaviours.Follower {

    private static final Log logger = LogFactory.getLog(StreamSwitch.class);

    private final CurrentBehaviours behaviours;

    private final BehaviourMetrics metrics;

    private final EchoConnection connection;

    private final Channel channel;

    private final long number;

    private final CoreSubscriber<? super ByteBuf> writer;

    private Subscription received = Operators.emptySubscription();

    private long version;

    private volatile @Nullable BehaviourSet set;

    private @Nullable Segment segment;

    private Sinks.@Nullable Many<Segment> segments;

    private @Nullable Shaped shaped;

    private boolean started;

    private boolean complete;

    private boolean closing;

    private boolean ended;

    StreamSwitch(
            CurrentBehaviours behaviours,
            BehaviourMetrics metrics,
            EchoConnection connection,
            long number,
            CoreSubscriber<? super ByteBuf> writer) {
        this.behaviours = behaviours;
        this.metrics = metrics;
        this.connection = connection;
        this.channel = connection.channel();
        this.number = number;
        this.writer = writer;
    }

    @Override
    public void onSubscribe(Subscription received) {
        this.received = received;
        this.writer.onSubscribe(this);
    }

    /** Begins with the behaviours that are in force, which may send something first. */
    @Override
    public void request(long count) {
        if (!this.started && !this.ended) {
            this.started = true;
            apply(this.behaviours.follow(this));
        }
        this.received.request(count);
    }

    @Override
    public EventLoop eventLoop() {
        return this.channel.eventLoop();
    }

    @Override
    public void follow(InForce next) {
        this.channel.eventLoop().execute(() -> {
            if (next.version() > this.version) {
                apply(next);
            }
        });
    }

    @Override
    public boolean leave(BehaviourSet ended, InForce next) {
        boolean leaves = this.set == ended;
        this.channel.eventLoop().execute(() -> {
            if (this.set == ended) {
                apply(next);
            }
        });
        return leaves;
    }

    /** Puts a set of behaviours in the place of the former one. */
    private void apply(InForce next) {
        if (this.ended || this.closing) {
            return;
        }
        boolean begins = (this.version == 0);
        this.version = next.version();
        this.set = next.set();
        Segment former = this.segment;
        Segment segment = new Segment(next.set(), this.connection, this.number, begins, this.metrics);
        if (former == null && segment.isPlain()) {
            return;
        }
        this.segment = segment;
        this.connection.behaviours(segment.names());
        if (former != null) {
            former.replace();
        }
        segments().tryEmitNext(segment);
        if (this.complete) {
            segment.complete();
        }
    }

    private Sinks.Many<Segment> segments() {
        Sinks.Many<Segment> segments = this.segments;
        if (segments == null) {
            segments = Sinks.unsafe()
                    .many()
                    .unicast()
                    .onBackpressureBuffer(Queues.<Segment>unbounded(2).get());
            this.segments = segments;
            this.shaped = new Shaped();
            // All at once, as a behaviour may act on time, and in order.
            Flux<ByteBuf> echo = segments.asFlux().flatMapSequential(this::echo, Integer.MAX_VALUE, 1);
            new PacedWrites(echo, this.channel)
                    .doOnDiscard(ByteBuf.class, ByteBuf::release)
                    .subscribe(this.shaped);
        }
        return segments;
    }

    private Flux<ByteBuf> echo(Segment segment) {
        return segment.echo().doOnComplete(() -> {
            if (segment == this.segment) {
                endSegments();
            }
        });
    }

    private void endSegments() {
        this.closing = true;
        if (this.segments != null) {
            this.segments.tryEmitComplete();
        }
    }

    @Override
    public void onNext(ByteBuf buffer) {
        if (this.segment == null) {
            this.writer.onNext(buffer);
        } else {
            // A behaviour owns its buffers, where this one is released when it has been passed on.
            this.segment.receive(this.connection.held().charge(buffer.retain()));
        }
    }

    @Override
    public void onComplete() {
        this.complete = true;
        if (this.segment == null) {
            end();
            this.writer.onComplete();
        } else {
            this.segment.complete();
        }
    }

    /** An error of the connection overtakes what waits. */
    @Override
    public void onError(Throwable cause) {
        if (end()) {
            this.writer.onError(cause);
        }
    }

    @Override
    public void cancel() {
        this.received.cancel();
        end();
    }

    /** Returns whether it is the first end. */
    private boolean end() {
        if (this.ended) {
            return false;
        }
        this.ended = true;
        this.behaviours.unfollow(this);
        if (this.segment != null) {
            this.segment.stop();
        }
        if (this.shaped != null) {
            this.shaped.dispose();
        }
        return true;
    }

    private void logFailure(Throwable cause) {
        Segment failed = this.segment;
        BehaviourSet behaviours = this.set;
        if (failed != null && behaviours != null && behaviours.isFirstFailure()) {
            logger.warn(
                    "Echo behaviour failed on %s, and its connection was reset; others of the same set are only counted: %s"
                            .formatted(failed.listener(), failed.names()),
                    cause);
        }
    }

    /** Passes the shaped stream to the writer. */
    private final class Shaped extends BaseSubscriber<ByteBuf> {

        @Override
        protected void hookOnNext(ByteBuf buffer) {
            try {
                StreamSwitch.this.writer.onNext(buffer);
            } finally {
                buffer.release();
            }
        }

        @Override
        protected void hookOnComplete() {
            if (end()) {
                StreamSwitch.this.received.cancel();
                StreamSwitch.this.writer.onComplete();
            }
        }

        /** A behaviour has failed: the client is to see no clean end. */
        @Override
        protected void hookOnError(Throwable cause) {
            if (end()) {
                StreamSwitch.this.received.cancel();
                logFailure(cause);
                StreamSwitch.this.connection.reset(CloseReason.ERROR);
                StreamSwitch.this.writer.onError(cause);
            }
        }
    }
}
