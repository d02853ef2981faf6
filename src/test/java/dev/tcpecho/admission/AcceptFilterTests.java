package dev.tcpecho.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.ConnectionLimit;
import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.metrics.ListenerMetrics;
import dev.tcpecho.testing.TestListeners;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class AcceptFilterTests {

    private final MeterRegistry registry = new SimpleMeterRegistry();

    private final Admission admission = new Admission(new Limits(
            ConnectionLimit.valueOf(10), 0, 100_000, 1000, Duration.ZERO, Duration.ZERO, List.of(), List.of()));

    @Test
    void failuresToAcceptAreCountedAndLoggedOnceASecond(CapturedOutput output) {
        ListenerMetrics metrics = new ListenerMetrics(this.registry, "plain");
        AcceptFilter filter = new AcceptFilter(
                TestListeners.listener("::", 0, 1, false),
                this.admission,
                new RejectionLog("plain", metrics),
                metrics,
                new DefaultChannelGroup(GlobalEventExecutor.INSTANCE),
                accepted -> false);
        EmbeddedChannel listening = new EmbeddedChannel(filter, new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {}
        });
        for (int i = 0; i < 100; i++) {
            listening.pipeline().fireExceptionCaught(new IOException("Too many open files"));
        }
        assertThat(this.registry
                        .get("echo.accept.failures")
                        .tag("listener", "plain")
                        .functionCounter()
                        .count())
                .isEqualTo(100);
        assertThat(output.toString().lines())
                .filteredOn(line -> line.contains("Echo cannot accept connections for now: Too many open files"))
                .hasSizeBetween(1, 3);
    }

    @Test
    void noMoreConnectionsAreAdmittedThanTheProcessCanOpen() throws Exception {
        this.admission.limitConnections(2);
        EmbeddedChannel first = new EmbeddedChannel();
        assertThat(this.admission.admitWithoutAddress(first)).isNull();
        assertThat(this.admission.admitWithoutAddress(new EmbeddedChannel())).isNull();
        assertThat(this.admission.admitWithoutAddress(new EmbeddedChannel())).hasToString("limit");
        first.close().sync();
        assertThat(this.admission.admitWithoutAddress(new EmbeddedChannel())).isNull();
    }
}
