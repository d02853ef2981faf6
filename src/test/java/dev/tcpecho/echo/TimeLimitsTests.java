package dev.tcpecho.echo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.metrics.CloseReason;
import dev.tcpecho.testing.SocketThatTakesNothing;
import dev.tcpecho.testing.TestLimits;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimeLimitsTests {

    private final SocketThatTakesNothing socket = new SocketThatTakesNothing();

    private final EmbeddedChannel channel = new EmbeddedChannel(this.socket);

    @AfterEach
    void releaseAll() {
        this.channel.finishAndReleaseAll();
    }

    private TimeLimits start(int idleSeconds, int lifetimeSeconds) {
        this.channel.freezeTime();
        return new TimeLimits(new Connection(this.channel), TestLimits.of(idleSeconds, lifetimeSeconds));
    }

    private void pass(int seconds) {
        this.channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        this.channel.runScheduledPendingTasks();
        this.channel.runPendingTasks();
    }

    private void assertClosesIn(int seconds) {
        pass(seconds - 1);
        assertThat(this.channel.isOpen()).isTrue();
        pass(1);
        assertThat(this.channel.isOpen()).isFalse();
    }

    @Test
    void closeWhenNothingWasRead() {
        start(10, 0);
        assertClosesIn(10);
    }

    @Test
    void countFromTheLastRead() {
        TimeLimits limits = start(10, 0);
        pass(9);
        limits.passed();
        assertClosesIn(10);
    }

    @Test
    void waitForAClientThatTookSomethingAsLongAgain() {
        start(10, 0);
        this.channel.write(Unpooled.wrappedBuffer(new byte[1]));
        pass(10);
        this.socket.takeEverything();
        this.channel.flush();
        pass(10);
        assertClosesIn(10);
    }

    @Test
    void closeForAClientThatTakesNothing() {
        start(10, 0);
        this.channel.write(Unpooled.wrappedBuffer(new byte[1]));
        pass(10);
        assertClosesIn(10);
    }

    @Test
    void closeAtAnAgeAlthoughBytesPass() {
        TimeLimits limits = start(10, 25);
        for (int i = 0; i < 3; i++) {
            pass(8);
            limits.passed();
        }
        assertClosesIn(1);
    }

    @Test
    void closeNothingThatHasEnded() {
        start(10, 0).stop();
        pass(20);
        assertThat(this.channel.isOpen()).isTrue();
    }

    private record Connection(EmbeddedChannel channel, HeldBytes held) implements EchoConnection {

        Connection(EmbeddedChannel channel) {
            this(channel, new HeldBytes(channel));
        }

        @Override
        public EventLoop eventLoop() {
            return this.channel.eventLoop();
        }

        @Override
        public void close(CloseReason reason) {
            this.channel.close();
        }

        @Override
        public void reset(CloseReason reason) {
            this.channel.close();
        }

        @Override
        public void closes(CloseReason reason) {}

        @Override
        public Duration age() {
            return Duration.ZERO;
        }

        @Override
        public void behaviours(List<String> names) {}
    }
}
