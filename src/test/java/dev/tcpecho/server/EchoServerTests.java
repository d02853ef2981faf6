package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.transport.Transport;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.CompletableFuture;
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

/** Opening and closing the listeners, on each transport. */
@ParameterizedClass
@EnumSource(Transport.class)
@ExtendWith(OutputCaptureExtension.class)
class EchoServerTests {

    @Parameter
    Transport transport;

    @BeforeEach
    void assumeTransport() {
        assumeThat(this.transport.unavailabilityCause()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void everyAddressAnswersIpv4AndIpv6(String address) throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport)) {
            assertEchoes(new InetSocketAddress(address, echo.port()));
        }
    }

    @Test
    void oneAddressAnswersAndNoOther() throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport, "echo.listeners.plain.address=127.0.0.2")) {
            assertEchoes(new InetSocketAddress("127.0.0.2", echo.port()));
            assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> EchoClient.connect(echo.address()));
        }
    }

    @Test
    void everyListenerAnswersAndIsCountedByItsName() throws Exception {
        try (RunningEcho echo = RunningEcho.start(
                this.transport, "echo.listeners.second.port=0", "echo.listeners.second.address=127.0.0.1")) {
            assertEchoes(echo.bean(EchoServer.class).addresses().get("second"));
            assertThat(echo.accepted("second")).isEqualTo(1);
            assertThat(echo.accepted("plain")).isZero();
        }
    }

    @Test
    void reusedPortIsSharedByTwoServers() throws Exception {
        try (RunningEcho first = RunningEcho.start(this.transport, "echo.listeners.plain.reuse-port=true");
                RunningEcho second = RunningEcho.start(
                        this.transport,
                        "echo.listeners.plain.reuse-port=true",
                        "echo.listeners.plain.port=" + first.port())) {
            // The kernel spreads connections by a hash of their addresses and ports.
            await().untilAsserted(() -> {
                assertEchoes(first.address());
                assertThat(first.accepted()).isPositive();
                assertThat(second.accepted()).isPositive();
            });
        }
    }

    @Test
    void portThatIsNotReusedIsRefusedToASecondServer() {
        try (RunningEcho first = RunningEcho.start(this.transport)) {
            assertThatExceptionOfType(Exception.class)
                    .isThrownBy(() -> RunningEcho.start(this.transport, "echo.listeners.plain.port=" + first.port()))
                    .withCauseInstanceOf(ListenerBindException.class);
        }
    }

    @Test
    void portThatIsTakenLeavesNoOtherListenerOpen() throws Exception {
        try (RunningEcho echo = RunningEcho.start(
                this.transport,
                "echo.listeners.plain.port=" + freePort(),
                "echo.listeners.second.port=" + freePort())) {
            EchoServer server = echo.bean(EchoServer.class);
            InetSocketAddress first = echo.address();
            int second = server.addresses().get("second").getPort();
            server.stop();
            // An io_uring's listener keeps its port for a moment after it has told that it is closed.
            try (ServerSocket taken = await().ignoreException(BindException.class)
                    .until(() -> new ServerSocket(second), ServerSocket::isBound)) {
                assertThatExceptionOfType(ListenerBindException.class)
                        .isThrownBy(server::start)
                        .satisfies(failure -> assertThat(failure.name()).isEqualTo("second"));
            }
            assertThat(server.isRunning()).isFalse();
            await().untilAsserted(() -> assertThatExceptionOfType(ConnectException.class)
                    .isThrownBy(() -> EchoClient.connect(first).close()));
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Test
    void startIsToldInOneLine(CapturedOutput output) {
        try (RunningEcho echo = RunningEcho.start(
                this.transport, "echo.listeners.second.port=0", "echo.listeners.second.address=127.0.0.1")) {
            int second = echo.bean(EchoServer.class).addresses().get("second").getPort();
            assertThat(output)
                    .containsOnlyOnce(
                            "Echo started: plain on [::]:%s, second on 127.0.0.1:%s; transport %s; 10000 connections"
                                    .formatted(echo.port(), second, this.transport));
        }
    }

    @Test
    void stopClosesConnectionsThatAreStillOpenAtTheTimeoutAndCountsThem(CapturedOutput output) throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport, "echo.drain.timeout=100ms");
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send(new byte[] {1});
            client.read(1);
            echo.bean(EchoServer.class).stop();
            assertThat(client.readToEnd()).isEmpty();
            // A channel is counted on its event loop, just after it is closed.
            await().untilAsserted(() -> assertThat(echo.closed("drain")).isEqualTo(1));
            assertThat(echo.active()).isZero();
            assertThat(output)
                    .containsOnlyOnce(
                            "Echo stopping: connections still open: 1; each ends when quiet for 1000ms, and all within 100ms")
                    .containsOnlyOnce("Echo stopped: connections that were still open and had to be closed: 1");
        }
    }

    @Test
    void stopRefusesNewConnectionsAndLetsOpenOnesEndByThemselves(CapturedOutput output) throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport, "echo.drain.timeout=1m");
                EchoClient client = EchoClient.connect(echo.address())) {
            InetSocketAddress address = echo.address();
            client.send(new byte[] {1});
            client.read(1);
            CompletableFuture<Void> stopped =
                    CompletableFuture.runAsync(echo.bean(EchoServer.class)::stop, EchoClient.THREADS);
            await().untilAsserted(() -> assertThatExceptionOfType(ConnectException.class)
                    .isThrownBy(() -> EchoClient.connect(address).close()));
            client.send(new byte[] {2, 3});
            client.halfClose();
            assertThat(client.readToEnd()).containsExactly(2, 3);
            stopped.join();
            await().untilAsserted(() -> assertThat(echo.closed("client")).isEqualTo(1));
            assertThat(echo.closed("drain")).isZero();
            assertThat(output)
                    .containsOnlyOnce("Echo stopped: connections that were still open and had to be closed: 0");
        }
    }

    @Test
    void startsAgainAfterAStop() throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport)) {
            EchoServer server = echo.bean(EchoServer.class);
            server.stop();
            assertThat(server.isRunning()).isFalse();
            assertThat(server.addresses()).isEmpty();
            server.start();
            assertThat(server.isRunning()).isTrue();
            assertEchoes(echo.address());
        }
    }

    private static void assertEchoes(InetSocketAddress address) throws Exception {
        try (EchoClient client = EchoClient.connect(address)) {
            client.send(new byte[] {1, 2, 3});
            client.halfClose();
            assertThat(client.readToEnd()).containsExactly(1, 2, 3);
        }
    }
}
