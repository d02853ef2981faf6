package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.datagram.DatagramFilter;
import dev.tcpecho.testing.TestLimits;
import dev.tcpecho.testing.TestListeners;
import dev.tcpecho.transport.KernelDrops;
import dev.tcpecho.transport.Transport;
import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import reactor.core.publisher.Mono;
import reactor.netty.udp.UdpServer;

/** A listener of datagrams outlives its sockets. */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class DatagramListenerTests {

    @ParameterizedTest
    @EnumSource(Transport.class)
    void socketThatAnErrorHasClosedIsToldAndOpenedAgain(Transport transport, CapturedOutput output) {
        assumeThat(transport.unavailabilityCause()).isNull();
        EventLoopGroup eventLoops = transport.newEventLoopGroup(1, false);
        DatagramSockets sockets = new DatagramSockets(
                "datagrams",
                UdpServer.create().runOn(preferNative -> eventLoops, true).handle((inbound, outbound) -> Mono.never()),
                transport.reusePort(),
                false,
                new KernelDrops());
        DatagramListener listener = new DatagramListener(
                "datagrams",
                TestListeners.datagrams("127.0.0.1"),
                new DatagramFilter(TestLimits.of(0, 0)),
                sockets,
                null);
        listener.open(Map.of());
        listener.accept();
        try {
            InetSocketAddress bound = listener.address().orElseThrow();
            assertThat(listener.isUnopened()).isFalse();
            sockets.find(bound.getAddress()).orElseThrow().close().syncUninterruptibly();
            assertThat(listener.isUnopened()).isTrue();
            await().until(() -> !listener.isUnopened());
            assertThat(sockets.find(InetAddress.getLoopbackAddress())
                            .orElseThrow()
                            .localAddress())
                    .isEqualTo(bound);
            assertThat(output)
                    .contains("The socket of echo listener datagrams on 127.0.0.1 was closed by an error")
                    .contains("Echo listener datagrams is open on 127.0.0.1, too");
        } finally {
            listener.close().block();
            eventLoops.shutdownGracefully();
        }
    }
}
