package dev.tcpecho.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.echo.HeldBytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Sinks;

/** What a bean passes on, on whichever thread. */
class BackOnEventLoopTests {

    private final DefaultEventLoop eventLoop = new DefaultEventLoop();

    private final EmbeddedChannel channel = new EmbeddedChannel();

    private final HeldBytes held = new HeldBytes(this.channel);

    private final Sinks.Many<ByteBuf> bean = Sinks.unsafe().many().unicast().onBackpressureBuffer();

    private final List<Integer> passed = new CopyOnWriteArrayList<>();

    private final CountDownLatch completed = new CountDownLatch(1);

    @AfterEach
    void stop() {
        this.eventLoop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        this.channel.finishAndReleaseAll();
    }

    private Disposable subscribe() {
        return new BackOnEventLoop(this.bean.asFlux(), this.eventLoop, this.held)
                .subscribe(
                        buffer -> {
                            assertThat(this.eventLoop.inEventLoop()).isTrue();
                            this.passed.add(buffer.readInt());
                            buffer.release();
                        },
                        failure -> {},
                        this.completed::countDown);
    }

    private static ByteBuf buffer(int number) {
        return Unpooled.buffer().writeInt(number);
    }

    @Test
    void comesInOrderOnTheEventLoopFromWhicheverThread() throws Exception {
        subscribe();
        for (int i = 0; i < 1000; i++) {
            ByteBuf buffer = buffer(i);
            if (i % 3 == 0) {
                this.eventLoop
                        .submit(() -> this.bean.tryEmitNext(buffer).orThrow())
                        .sync();
            } else {
                this.bean.tryEmitNext(buffer).orThrow();
            }
        }
        this.bean.tryEmitComplete();
        assertThat(this.completed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(this.passed).isEqualTo(IntStream.range(0, 1000).boxed().toList());
        await().untilAsserted(() -> assertThat(this.held.total()).isZero());
    }

    @Test
    void whatWaitsIsReleasedWhenItIsCancelled() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        this.eventLoop.execute(() -> {
            try {
                busy.await();
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
        });
        Disposable subscription = subscribe();
        List<ByteBuf> buffers = List.of(buffer(1), buffer(2), buffer(3));
        buffers.forEach(buffer -> this.bean.tryEmitNext(buffer).orThrow());
        subscription.dispose();
        busy.countDown();
        await().untilAsserted(
                        () -> assertThat(buffers).extracting(ByteBuf::refCnt).containsOnly(0));
        assertThat(this.passed).isEmpty();
    }

    @Test
    void whatABeanHasMadeIsChargedOnce() {
        ByteBuf made = Unpooled.buffer(1000).writeZero(10);
        ByteBuf charged = this.held.chargeOnce(made);
        long total = this.held.total();
        assertThat(total).isGreaterThanOrEqualTo(1000);
        assertThat(this.held.chargeOnce(charged)).isSameAs(charged);
        ByteBuf slice = charged.readRetainedSlice(5);
        assertThat(this.held.chargeOnce(slice)).isSameAs(slice);
        assertThat(this.held.total()).isEqualTo(total);
        slice.release();
        charged.release();
        assertThat(this.held.total()).isZero();
    }
}
