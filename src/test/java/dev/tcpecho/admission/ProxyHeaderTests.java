package dev.tcpecho.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.EchoProperties.ProxyProtocol;
import dev.tcpecho.metrics.ListenerMetrics;
import dev.tcpecho.testing.FuzzedConnection;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A connection that was rejected stays so, whatever becomes of others meanwhile. */
class ProxyHeaderTests {

    private final Admission admission =
            new Admission(new Limits(2, 1, Duration.ZERO, Duration.ZERO, List.of(), List.of()));

    private final Rejections rejections =
            new Rejections("plain", new ListenerMetrics(new SimpleMeterRegistry(), "plain"));

    private FuzzedConnection connect() {
        return new FuzzedConnection(new ProxyHeader(ProxyProtocol.OPTIONAL, this.admission, this.rejections));
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
}
