package dev.tcpecho.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.EchoProperties.ProxyProtocol;
import dev.tcpecho.metrics.ListenerMetrics;
import dev.tcpecho.testing.FuzzedConnection;
import dev.tcpecho.testing.NewCounts;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A connection is admitted once or not at all, and counted. */
class ProxyHeaderTests {

    private final Admission admission =
            new Admission(new Limits(2, 1, Duration.ZERO, Duration.ZERO, List.of(), List.of()));

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private final ListenerMetrics connections = new ListenerMetrics(this.registry, "plain");

    private final RejectionLog rejections = new RejectionLog("plain", this.connections);

    private FuzzedConnection connect() {
        return new FuzzedConnection(
                new ProxyHeader(ProxyProtocol.OPTIONAL, this.admission, this.rejections, this.connections));
    }

    @Test
    void aPlaceThatIsFreeAgainIsNotForAConnectionThatWasRejected() {
        try (FuzzedConnection first = connect();
                FuzzedConnection rejected = connect()) {
            first.send(new byte[] {1});
            // Before the rejected connection sees its own end.
            rejected.channel()
                    .closeFuture()
                    .addListener(close -> first.channel().close());
            rejected.send(new byte[] {1});
            assertThat(rejected.channel().isOpen()).isFalse();
            assertThat(rejected.activations()).isZero();
        }
    }

    @Test
    void aConnectionThatTheServiceClosesBeforeItsFirstByteIsAProbe() {
        NewCounts closed = new NewCounts(this.registry, "echo.connections.closed", "reason");
        try (FuzzedConnection silent = connect()) {
            silent.channel().close();
            assertThat(silent.activations()).isZero();
            assertThat(closed.look()).containsExactly("probe");
        }
    }
}
