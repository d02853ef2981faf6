package dev.tcpecho.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.transport.Transport;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

class EventLoopsHealthIndicatorTests {

    private final EventLoopGroup eventLoops = Transport.NIO.newEventLoopGroup(false);

    private final EventLoopsHealthIndicator indicator =
            new EventLoopsHealthIndicator(new EventLoopHeartbeats(this.eventLoops, Duration.ofSeconds(1)));

    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void shutDown() {
        this.release.countDown();
        this.eventLoops.shutdownGracefully().syncUninterruptibly();
    }

    @Test
    void upWhileEveryLoopAnswers() {
        await().during(Duration.ofMillis(1500))
                .atMost(Duration.ofSeconds(5))
                .until(() -> health().getStatus().equals(Status.UP));
        assertThat(health().getDetails())
                .containsEntry("loops", Runtime.getRuntime().availableProcessors())
                .containsEntry("stalled", 0L);
    }

    @Test
    void downWhileALoopDoesNotAnswerAndUpWhenItDoesAgain() {
        this.eventLoops.next().execute(this::stall);
        await().untilAsserted(() -> assertThat(health().getStatus()).isEqualTo(Status.DOWN));
        assertThat(health().getDetails()).containsEntry("stalled", 1L);
        this.release.countDown();
        await().untilAsserted(() -> assertThat(health().getStatus()).isEqualTo(Status.UP));
    }

    private void stall() {
        try {
            this.release.await();
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private Health health() {
        return Objects.requireNonNull(this.indicator.health());
    }
}
