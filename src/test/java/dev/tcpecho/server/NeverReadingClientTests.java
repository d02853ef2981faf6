package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.transport.Transport;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that never reads is pushed back: a bounded number of its bytes is held, and nobody else notices. */
@ParameterizedClass
@EnumSource(Transport.class)
class NeverReadingClientTests {

    private static final int MIB = 1024 * 1024;

    private static final long BOUND = MIB / 8;

    private static RunningEcho echo;

    @Parameter
    Transport transport;

    @BeforeParameterizedClassInvocation
    static void start(Transport transport) {
        assumeThat(transport.unavailabilityCause()).isNull();
        // Small send buffers push back soon; large receive buffers let the end of a stream wait behind much of it.
        echo = RunningEcho.start(
                transport,
                server -> server.option(ChannelOption.SO_RCVBUF, MIB).childOption(ChannelOption.SO_SNDBUF, 8192));
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        echo.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1000, 65_536, 1_000_000})
    void isPushedBackWhileOthersGoOn(int chunk) throws Exception {
        long lost = echo.held();
        try (SocketChannel client = SocketChannel.open(echo.address())) {
            sendUntilPushedBack(client, chunk);
            try (EchoClient other = EchoClient.connect(echo.address())) {
                for (int i = 0; i < 1000; i++) {
                    other.send(new byte[] {(byte) i});
                    assertThat(other.read(1)).containsExactly(i);
                }
            }
            report("chunks of " + chunk, echo.held() - lost);
            assertThat(echo.held() - lost).isBetween(1L, BOUND);
        }
        await().untilAsserted(() -> assertThat(echo.active()).isZero());
    }

    @Test
    void isPushedBackAfterTheEndOfItsStreamToo() throws Exception {
        long lost = echo.held();
        try (SocketChannel client = SocketChannel.open(echo.address())) {
            client.write(ByteBuffer.allocateDirect(MIB));
            client.shutdownOutput();
            awaitQuiet();
            report("1 MiB and the end", echo.held() - lost);
            assertThat(echo.held() - lost).isBetween(1L, BOUND);
        }
        await().untilAsserted(() -> assertThat(echo.active()).isZero());
    }

    private static void sendUntilPushedBack(SocketChannel client, int chunk) throws IOException {
        client.configureBlocking(false);
        ByteBuffer bytes = ByteBuffer.allocateDirect(chunk);
        await("no more bytes taken for a second")
                .during(Duration.ofSeconds(1))
                .atMost(Duration.ofMinutes(5))
                .until(() -> {
                    boolean pushedBack = true;
                    while (client.write(bytes.clear()) > 0) {
                        pushedBack = false;
                    }
                    return pushedBack;
                });
    }

    private static void awaitQuiet() {
        long[] received = {-1};
        await("no more bytes read for a second")
                .during(Duration.ofSeconds(1))
                .atMost(Duration.ofMinutes(5))
                .until(() -> {
                    long before = received[0];
                    received[0] = echo.received();
                    return received[0] == before;
                });
    }

    private void report(String what, long held) {
        System.out.printf("held for a client that never reads, %s, %s: %s bytes%n", this.transport, what, held);
    }
}
