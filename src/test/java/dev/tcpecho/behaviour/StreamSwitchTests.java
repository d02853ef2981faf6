package dev.tcpecho.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.EchoProperties.Protocol;
import dev.tcpecho.echo.EchoConnection;
import dev.tcpecho.echo.HeldBytes;
import dev.tcpecho.metrics.BehaviourMetrics;
import dev.tcpecho.metrics.CloseReason;
import dev.tcpecho.testing.SocketThatTakesNothing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Operators;

/** Which sets one stream takes, and when. */
class StreamSwitchTests {

    private static final BehaviourSet NONE = TestBehaviours.set();

    private static final BehaviourSet DELAY = TestBehaviours.set("delay=1h");

    private static final BehaviourSet STALL = TestBehaviours.set("stall-after=1h");

    private final EmbeddedChannel channel = new EmbeddedChannel(new SocketThatTakesNothing());

    private final Connection connection = new Connection();

    private final Writer writer = new Writer();

    private CurrentBehaviours current;

    private StreamSwitch stream;

    /** Begins a stream with a set. */
    private void begin(BehaviourSet set) {
        this.channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1, 2));
        this.current = new CurrentBehaviours(new InForce(1, set, null, null));
        this.stream = new StreamSwitch(
                this.current,
                new BehaviourMetrics(
                        new SimpleMeterRegistry(), "plain", List.of("delay", "stall-after", "take"), () -> true),
                this.connection,
                1,
                this.writer);
        this.stream.onSubscribe(Operators.emptySubscription());
    }

    @AfterEach
    void end() {
        this.stream.cancel();
        this.channel.finishAndReleaseAll();
    }

    private void follow(long version, BehaviourSet set) {
        this.stream.follow(new InForce(version, set, null, null));
        this.channel.runPendingTasks();
    }

    private boolean leave(BehaviourSet ended, long version, BehaviourSet set) {
        boolean leaves = this.stream.leave(ended, new InForce(version, set, null, null));
        this.channel.runPendingTasks();
        return leaves;
    }

    private ByteBuf receive() {
        ByteBuf buffer = Unpooled.copiedBuffer(new byte[10]);
        this.stream.onNext(buffer);
        buffer.release();
        this.channel.runPendingTasks();
        return buffer;
    }

    @Test
    void takesTheSetThatIsInForceWhenItBegins() {
        begin(DELAY);
        assertThat(this.connection.behaviours).containsExactly("delay");
    }

    @Test
    void doesNotTakeASetThatIsOlderThanItsOwn() {
        begin(NONE);
        follow(3, STALL);
        follow(2, DELAY);
        assertThat(this.connection.behaviours).containsExactly("stall-after");
    }

    @Test
    void leavesASetWhoseTimeIsOverAndNoOther() {
        begin(NONE);
        follow(2, DELAY);
        assertThat(leave(STALL, 3, NONE)).isFalse();
        assertThat(this.connection.behaviours).containsExactly("delay");
        assertThat(leave(DELAY, 3, STALL)).isTrue();
        assertThat(this.connection.behaviours).containsExactly("stall-after");
        assertThat(leave(STALL, 3, NONE)).isTrue();
        assertThat(this.connection.behaviours).isEmpty();
    }

    @Test
    void isToldNothingAfterItsEnd() {
        begin(NONE);
        assertThat(this.current.tell(new InForce(2, DELAY, null, null))).isEqualTo(1);
        this.stream.cancel();
        assertThat(this.current.tell(new InForce(3, STALL, null, null))).isZero();
    }

    @Test
    void isToldNothingIfItEndsBeforeItBegins() {
        this.writer.cancelled = true;
        begin(DELAY);
        this.stream.request(Long.MAX_VALUE);
        assertThat(this.current.tell(new InForce(2, STALL, null, null))).isZero();
        assertThat(this.connection.behaviours).isEmpty();
    }

    @Test
    void takesNoOtherSetWhenABehaviourHasEndedIt() {
        begin(new BehaviourSets("plain", Protocol.TCP, Map.of("take", (stream, context) -> stream.take(2)))
                .of(TestBehaviours.of()));
        receive();
        // It waits, as the first has filled the channel, and is the last.
        ByteBuf last = receive();
        assertThat(last.refCnt()).isEqualTo(1);
        follow(2, DELAY);
        assertThat(this.connection.behaviours).containsExactly("take");
        assertThat(receive().refCnt()).isZero();
    }

    private final class Writer extends BaseSubscriber<ByteBuf> {

        private boolean cancelled;

        @Override
        protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
            if (this.cancelled) {
                cancel();
            } else {
                requestUnbounded();
            }
        }

        @Override
        protected void hookOnNext(ByteBuf buffer) {
            StreamSwitchTests.this.channel.write(buffer.retain());
        }
    }

    private final class Connection implements EchoConnection {

        private final HeldBytes held = new HeldBytes(StreamSwitchTests.this.channel);

        private List<String> behaviours = List.of();

        @Override
        public EmbeddedChannel channel() {
            return StreamSwitchTests.this.channel;
        }

        @Override
        public EventLoop eventLoop() {
            return channel().eventLoop();
        }

        @Override
        public HeldBytes held() {
            return this.held;
        }

        @Override
        public Duration age() {
            return Duration.ZERO;
        }

        @Override
        public void behaviours(List<String> names) {
            this.behaviours = names;
        }

        @Override
        public void closes(CloseReason reason) {}

        @Override
        public void close(CloseReason reason) {}

        @Override
        public void reset(CloseReason reason) {}
    }
}
