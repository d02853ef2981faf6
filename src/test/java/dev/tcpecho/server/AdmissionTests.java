package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.transport.Transport;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Who is not admitted is reset and counted, and nobody else notices. */
@ParameterizedClass
@EnumSource(Transport.class)
@ExtendWith(OutputCaptureExtension.class)
class AdmissionTests {

    @Parameter
    private Transport transport;

    @BeforeEach
    void assumeTransport() {
        assumeThat(this.transport.unavailabilityCause()).isNull();
    }

    @Test
    void connectionsBeyondTheLimitAreResetUntilAnotherEnds(CapturedOutput output) throws Exception {
        try (RunningEcho echo =
                RunningEcho.start(this.transport, "echo.limits.connections=3", "echo.listeners.second.port=0")) {
            InetSocketAddress second = new InetSocketAddress(
                    InetAddress.getLoopbackAddress(),
                    echo.bean(EchoServer.class).addresses().get("second").getPort());
            List<EchoClient> established = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                established.add(EchoClient.connect((i == 0) ? second : echo.address()));
                assertEchoes(established.get(i));
            }
            for (int i = 0; i < 50; i++) {
                assertReset(echo.address());
            }
            for (EchoClient client : established) {
                assertEchoes(client);
            }
            await().untilAsserted(
                            () -> assertThat(rejected(echo, "limit", "plain")).isEqualTo(50));
            await().untilAsserted(() -> assertThat(output)
                    .containsPattern("Echo refused connections on plain: limit \\d+; the first from 127.0.0.1"));
            established.get(0).close();
            await().ignoreException(SocketException.class).untilAsserted(() -> {
                try (EchoClient next = EchoClient.connect(echo.address())) {
                    assertEchoes(next);
                }
            });
            for (EchoClient client : established) {
                client.close();
            }
        }
    }

    @Test
    void refusalsRightBeforeAStopAreLoggedToo(CapturedOutput output) throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport, "echo.limits.deny=127.0.0.0/8")) {
            assertReset(echo.address());
            await().untilAsserted(() -> assertThat(echo.rejected("denied")).isEqualTo(1));
        }
        assertThat(output).contains("Echo refused connections on plain: denied 1; the first from 127.0.0.1");
    }

    @Test
    void connectionsOfOneAddressAreLimitedAndThoseOfAnotherAreNot() throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport, "echo.limits.connections-per-address=1");
                EchoClient first = EchoClient.connect(echo.address());
                EchoClient other = EchoClient.connect(new InetSocketAddress("::1", echo.port()))) {
            assertEchoes(first);
            assertEchoes(other);
            assertReset(echo.address());
            assertThat(echo.rejected("address-limit")).isEqualTo(1);
            first.close();
            await().ignoreException(SocketException.class).untilAsserted(() -> {
                try (EchoClient next = EchoClient.connect(echo.address())) {
                    assertEchoes(next);
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "echo.limits.deny=127.0.0.0/8",
                "echo.limits.allow=::1/128",
                "echo.limits.allow=10.0.0.0/8,::1/128"
            })
    void deniedAddressesAreResetAndOthersAreServed(String rule) throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport, rule);
                EchoClient allowed = EchoClient.connect(new InetSocketAddress("::1", echo.port()))) {
            assertEchoes(allowed);
            assertReset(echo.address());
            assertThat(echo.rejected("denied")).isEqualTo(1);
            assertThat(echo.accepted()).isEqualTo(1);
        }
    }

    @Test
    void denyIsStrongerThanAllow() throws Exception {
        try (RunningEcho echo =
                RunningEcho.start(this.transport, "echo.limits.allow=127.0.0.0/8", "echo.limits.deny=127.0.0.1/32")) {
            assertReset(echo.address());
            assertThat(echo.rejected("denied")).isEqualTo(1);
        }
    }

    @Test
    void idleConnectionIsEndedAndCounted() throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport, "echo.limits.idle-timeout=300ms");
                EchoClient client = EchoClient.connect(echo.address())) {
            assertEchoes(client);
            assertThat(client.readToEnd()).isEmpty();
            client.close();
            await().untilAsserted(() -> assertThat(echo.closed("idle")).isEqualTo(1));
        }
    }

    @Test
    void connectionWhoseEchoIsTakenSlowlyIsNotIdle() throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport, "echo.limits.idle-timeout=1s");
                EchoClient client = EchoClient.connect(echo.address(), 32 * 1024)) {
            client.sendInBackground(new byte[8 * 1024 * 1024]);
            // Longer than the timeout in all, and never without progress for as long.
            for (int i = 0; i < 40; i++) {
                assertThat(client.read(100_000)).hasSize(100_000);
                Thread.sleep(50);
            }
            assertThat(echo.closed("idle")).isZero();
        }
    }

    @Test
    void connectionIsEndedAtItsLifetimeAlthoughItIsBusy() throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport, "echo.limits.lifetime=500ms");
                EchoClient client = EchoClient.connect(echo.address())) {
            // Every answer is whole, or the clean end of the stream.
            for (boolean open = true; open; ) {
                open = sendAndRead(client) == 3;
            }
            client.close();
            await().untilAsserted(() -> assertThat(echo.closed("lifetime")).isEqualTo(1));
        }
    }

    @Test
    void connectionThatIsEndedAtItsLifetimeAfterItsClientsEndIsSentTheRest() throws Exception {
        byte[] payload = new byte[30_000];
        new SplittableRandom().nextBytes(payload);
        try (RunningEcho echo = RunningEcho.start(
                        this.transport,
                        server -> server.childOption(ChannelOption.SO_SNDBUF, 4096),
                        "echo.limits.lifetime=1s");
                EchoClient client = EchoClient.connect(echo.address(), 4096)) {
            client.send(payload);
            client.halfClose();
            await().until(() -> echo.received() == payload.length);
            assertThat(echo.held()).isPositive();
            // Longer than the lifetime, and shorter than it and the linger together.
            Thread.sleep(1300);
            assertThat(echo.held()).isPositive();
            assertThat(client.readToEnd()).isEqualTo(payload);
            await().untilAsserted(() -> assertThat(echo.closed("lifetime")).isEqualTo(1));
        }
    }

    private static int sendAndRead(EchoClient client) throws IOException {
        client.send(new byte[] {1, 2, 3});
        int length = client.read(3).length;
        assertThat(length).isIn(0, 3);
        return length;
    }

    private static long rejected(RunningEcho echo, String reason, String listener) {
        return (long) echo.registry()
                .get("echo.connections.rejected")
                .tags("reason", reason, "listener", listener)
                .functionCounter()
                .count();
    }

    private static void assertEchoes(EchoClient client) throws IOException {
        client.send(new byte[] {7, 8, 9});
        assertThat(client.read(3)).containsExactly(7, 8, 9);
    }

    private static void assertReset(InetSocketAddress address) {
        assertThatExceptionOfType(SocketException.class).isThrownBy(() -> {
            try (EchoClient client = EchoClient.connect(address)) {
                client.read(1);
            }
        });
    }
}
