package dev.tcpecho.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.ConnectionLimit;
import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.EchoProperties.ProxyProtocol;
import dev.tcpecho.echo.EchoEvent;
import dev.tcpecho.metrics.ListenerMetrics;
import dev.tcpecho.testing.FuzzedConnection;
import dev.tcpecho.testing.NewCounts;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A connection is admitted once or not at all, and counted. */
@ExtendWith(OutputCaptureExtension.class)
class ProxyHeaderTests {

    private final Admission admission = new Admission(new Limits(
            ConnectionLimit.valueOf(2), 1, 100_000, 1000, Duration.ZERO, Duration.ZERO, List.of(), List.of()));

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

    /** In version 2 of 65,551 bytes: what comes of it is dropped at once, but for the addresses. */
    @Test
    void theLongestHeaderHoldsNoBufferWhileItIsNotWhole() {
        byte[] header = new byte[16 + 65_535];
        System.arraycopy(
                "\r\n\r\n\0\r\nQUIT\n!\u0011\u00FF\u00FF".getBytes(StandardCharsets.ISO_8859_1), 0, header, 0, 16);
        for (int piece : new int[] {1, 1000, header.length - 1}) {
            try (FuzzedConnection connection = connect()) {
                connection.send(Arrays.copyOf(header, 12));
                for (int from = 12; from < header.length - 1; from += piece) {
                    connection.send(Arrays.copyOfRange(header, from, Math.min(from + piece, header.length - 1)));
                    assertThat(connection.memory()).isZero();
                }
                assertThat(connection.activations()).isZero();
                connection.send(new byte[] {0, 1, 2, 3});
                assertThat(connection.activations()).isOne();
                assertThat(connection.passed()).containsExactly(1, 2, 3);
            }
        }
    }

    @Test
    void theClientThatIsNotAdmittedIsLoggedAndNotItsProxy(CapturedOutput output) {
        try (FuzzedConnection first = connect();
                FuzzedConnection second = connect()) {
            first.channel().freezeTime();
            second.channel().freezeTime();
            byte[] header = "PROXY TCP4 192.0.2.7 198.51.100.1 0 443\r\n1".getBytes(StandardCharsets.US_ASCII);
            first.send(header);
            second.send(header);
            assertThat(second.channel().isOpen()).isFalse();
            assertThat(second.passed()).isEmpty();
            second.channel().advanceTimeBy(1, TimeUnit.SECONDS);
            second.channel().runScheduledPendingTasks();
            assertThat(output).contains("plain: address-limit 1; the first from 192.0.2.7");
        }
    }

    @Test
    void aConnectionThatIsGoneBeforeItsFirstByteIsAProbe() {
        NewCounts closed = new NewCounts(this.registry, "echo.connections.closed", "reason");
        try (FuzzedConnection silent = connect()) {
            silent.channel().close();
            assertThat(silent.activations()).isZero();
            assertThat(closed.look()).containsExactly("probe");
        }
    }

    @Test
    void aConnectionThatTheServiceClosesAsItStopsIsRejectedForThatAloneWhateverComesBehind() {
        NewCounts closed = new NewCounts(this.registry, "echo.connections.closed", "reason");
        NewCounts rejected = new NewCounts(this.registry, "echo.connections.rejected", "reason");
        try (FuzzedConnection silent = connect()) {
            EmbeddedChannel channel = silent.channel();
            channel.pipeline().fireUserEventTriggered(EchoEvent.DRAIN);
            silent.send("PROXY TCP4 192.0.2.7 198.51.100.1 0 443\r\n1".getBytes(StandardCharsets.US_ASCII));
            assertThat(silent.activations()).isZero();
            assertThat(silent.passed()).isEmpty();
            assertThat(channel.isOpen()).isTrue();
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            assertThat(channel.isOpen()).isFalse();
            assertThat(rejected.look()).containsExactly("drain");
            assertThat(closed.look()).isEmpty();
        }
    }
}
