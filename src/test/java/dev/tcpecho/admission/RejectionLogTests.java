package dev.tcpecho.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.metrics.HandshakeOutcome;
import dev.tcpecho.metrics.ListenerMetrics;
import dev.tcpecho.metrics.RejectReason;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** One line a second tells how many connections were refused, and why exactly. */
@ExtendWith(OutputCaptureExtension.class)
class RejectionLogTests {

    private final RejectionLog rejections =
            new RejectionLog("plain", new ListenerMetrics(new SimpleMeterRegistry(), "plain"));

    /** Its event loop has a clock that only the test moves. */
    private final EmbeddedChannel channel = new EmbeddedChannel();

    RejectionLogTests() {
        this.channel.freezeTime();
    }

    private void add(RejectReason reason) {
        this.rejections.add(reason, InetAddress.getLoopbackAddress(), this.channel.eventLoop());
    }

    private void add(HandshakeOutcome outcome) {
        this.rejections.add(RejectReason.TLS, outcome, InetAddress.getLoopbackAddress(), this.channel.eventLoop());
    }

    private void passASecond() {
        this.channel.advanceTimeBy(1, TimeUnit.SECONDS);
        this.channel.runPendingTasks();
    }

    @Test
    void oneLineSumsReasonsAndTheirDetails(CapturedOutput output) {
        add(HandshakeOutcome.TIMEOUT);
        add(RejectReason.LIMIT);
        add(HandshakeOutcome.NOT_TLS);
        add(RejectReason.LIMIT);
        add(HandshakeOutcome.TIMEOUT);
        assertThat(output).doesNotContain("refused");
        passASecond();
        assertThat(output)
                .containsOnlyOnce("Echo refused connections")
                .contains("on plain: limit 2, tls 3 (not-tls 1, timeout 2); the first from 127.0.0.1");
    }

    @Test
    void theNextLineStartsOver(CapturedOutput output) {
        add(HandshakeOutcome.TIMEOUT);
        add(RejectReason.LIMIT);
        passASecond();
        add(HandshakeOutcome.CLOSED);
        passASecond();
        assertThat(output)
                .contains("on plain: limit 1, tls 1 (timeout 1); the first from")
                .contains("on plain: tls 1 (closed 1); the first from");
    }
}
