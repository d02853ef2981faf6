package dev.tcpecho.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.server.EchoClient;
import dev.tcpecho.testing.RunningService;
import dev.tcpecho.transport.Transport;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A listener that closes its port on purpose. */
@ExtendWith(OutputCaptureExtension.class)
class ClosedPortTests {

    private static final String PLAIN = "/actuator/behaviours/plain";

    private static final String CLOSE_PORT = "{\"refuse\": \"close-port\"}";

    private static RunningService start(Transport transport, String... properties) {
        assumeThat(transport.unavailabilityCause()).isNull();
        return start(Stream.concat(Stream.of("echo.transport=" + transport), Stream.of(properties))
                .toArray(String[]::new));
    }

    private static RunningService start(String... properties) {
        return RunningService.startSwitchable(properties);
    }

    private static void awaitEcho(InetSocketAddress address) {
        await().ignoreException(ConnectException.class).untilAsserted(() -> {
            try (EchoClient client = EchoClient.connect(address)) {
                client.send(new byte[] {1, 2, 3});
                assertThat(client.read(3)).containsExactly(1, 2, 3);
            }
        });
    }

    /** An io_uring's listener keeps its port for a moment after it has told that it is closed. */
    private static void awaitRefusal(InetSocketAddress address) {
        await().untilAsserted(() -> assertThatExceptionOfType(ConnectException.class)
                .isThrownBy(() -> EchoClient.connect(address).close()));
    }

    private static ServerSocket take(int port) {
        return await().ignoreException(BindException.class).until(() -> new ServerSocket(port), ServerSocket::isBound);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void thePortIsClosedAndOpenedAgainWhileOpenConnectionsGoOn(Transport transport, CapturedOutput output)
            throws Exception {
        try (RunningService service = start(transport);
                EchoClient open = EchoClient.connect(service.address())) {
            InetSocketAddress address = service.address();
            open.send(new byte[] {1});
            assertThat(open.read(1)).containsExactly(1);
            for (int i = 0; i < 3; i++) {
                assertThat(service.post(PLAIN, CLOSE_PORT).status()).isEqualTo(200);
                awaitRefusal(address);
                assertThat(service.server().isRunning()).isTrue();
                assertThat(service.get("/actuator/health").body())
                        .contains("\"port\":" + address.getPort())
                        .contains("\"behaviours\":{\"refuse\":{\"share\":1.0,\"mode\":\"close-port\"}}");
                open.send(new byte[] {2});
                assertThat(open.read(1)).containsExactly(2);
                assertThat(service.delete(PLAIN).status()).isEqualTo(200);
                awaitEcho(address);
            }
            assertThat(output)
                    .containsOnlyOnce("Echo behaviours on plain, version 2: {refuse={share=1.0, mode=close-port}}")
                    .containsOnlyOnce("Echo behaviours on plain, version 3: none");
        }
    }

    @Test
    void thePortIsOpenedAgainWhenTheTimeIsOver() throws Exception {
        try (RunningService service = start()) {
            service.post(PLAIN, "{\"refuse\": \"close-port\", \"duration\": \"200ms\"}");
            await().untilAsserted(() -> assertThat(service.get(PLAIN).json()).containsEntry("version", 3));
            awaitEcho(service.address());
        }
    }

    @Test
    void aPortThatWasTakenMeanwhileIsTriedUntilItIsFree(CapturedOutput output) throws Exception {
        try (RunningService service = start()) {
            InetSocketAddress address = service.address();
            String cannot =
                    "Echo cannot open port %s of plain again, and tries every second: ".formatted(address.getPort());
            service.post(PLAIN, CLOSE_PORT);
            try (ServerSocket taken = take(address.getPort())) {
                assertThat(service.delete(PLAIN).status()).isEqualTo(200);
                assertThat(output).contains(cannot);
                assertThat(service.get("/actuator/health/readiness").status()).isEqualTo(503);
                assertThat(service.get("/actuator/health").body()).contains("\"unopened\":[\"plain\"]");
                // A switch in the meantime neither tries on its own for good nor tells it again.
                service.post(PLAIN, "{\"delay\": \"1ms\"}");
                service.post(PLAIN, CLOSE_PORT);
                assertThat(service.delete(PLAIN).status()).isEqualTo(200);
                await().pollDelay(Duration.ofMillis(1200)).until(taken::isBound);
            }
            awaitEcho(address);
            assertThat(service.get("/actuator/health/readiness").status()).isEqualTo(200);
            assertThat(output.toString().split(cannot, -1)).hasSize(3);
            assertThat(output)
                    .contains("Address already in use")
                    .containsOnlyOnce("Echo has opened port %s of plain again".formatted(address.getPort()));
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void theServiceStopsCleanlyWhileThePortIsClosed(Transport transport, CapturedOutput output) throws Exception {
        try (RunningService service = start(transport, "echo.drain.quiet=100ms");
                EchoClient open = EchoClient.connect(service.address())) {
            open.send(new byte[] {1});
            assertThat(open.read(1)).containsExactly(1);
            service.post(PLAIN, CLOSE_PORT);
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(service.server()::stop, EchoClient.THREADS);
            assertThat(open.readToEnd()).isEmpty();
            open.close();
            stopped.join();
            assertThat(service.server().isRunning()).isFalse();
            assertThat(output)
                    .contains("Echo stopped: connections that were still open and had to be closed: 0")
                    .contains("Echo behaviours acted on plain: refuse 1")
                    .doesNotContain("ERROR");
            service.server().start();
            assertThat(service.server().isRunning()).isTrue();
            awaitRefusal(service.address());
            service.delete(PLAIN);
            awaitEcho(service.address());
        }
    }

    @Test
    void theServiceStopsCleanlyWhileAPortIsTried(CapturedOutput output) throws Exception {
        try (RunningService service = start()) {
            service.post(PLAIN, CLOSE_PORT);
            InetSocketAddress address = service.address();
            try (ServerSocket taken = take(address.getPort())) {
                service.delete(PLAIN);
                service.server().stop();
                assertThat(service.server().isRunning()).isFalse();
                assertThat(taken.isBound()).isTrue();
            }
            await().during(Duration.ofMillis(1200))
                    .untilAsserted(() -> assertThatExceptionOfType(ConnectException.class)
                            .isThrownBy(() -> EchoClient.connect(address).close()));
            assertThat(output).doesNotContain("Echo has opened port");
        }
    }

    @Test
    void aConfiguredListenerStartsWithItsPortClosed(CapturedOutput output) throws Exception {
        try (RunningService service = start("echo.listeners.plain.behaviours.refuse=close-port")) {
            assertThat(service.server().isRunning()).isTrue();
            awaitRefusal(service.address());
            assertThat(output).contains("Echo behaviours on plain: {refuse={share=1.0, mode=close-port}} with seed ");
            service.post(PLAIN, "{}");
            awaitEcho(service.address());
            service.delete(PLAIN);
            awaitRefusal(service.address());
        }
    }
}
