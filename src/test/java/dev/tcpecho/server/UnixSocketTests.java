package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.BehaviourProperties;
import dev.tcpecho.behaviour.BehaviourRegistry;
import dev.tcpecho.behaviour.ListenerBehaviours;
import dev.tcpecho.behaviour.Reach;
import dev.tcpecho.testing.TestCertificates;
import dev.tcpecho.transport.Transport;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A Unix socket has every promise of a port: each byte, each count, each limit and each end. */
@ParameterizedClass
@EnumSource(Transport.class)
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class UnixSocketTests {

    private static final int MIB = 1024 * 1024;

    @Parameter
    private Transport transport;

    @TempDir
    private Path directory;

    private final SplittableRandom random = new SplittableRandom();

    @BeforeEach
    void assumeTransport() {
        assumeThat(this.transport.unavailabilityCause()).isNull();
    }

    private Path path() {
        return this.directory.resolve("echo.sock");
    }

    /** Starts the echo with the one listener {@code local}. */
    private RunningEcho start(String... properties) {
        return RunningEcho.startWithoutPlain(
                this.transport,
                Stream.concat(Stream.of("echo.listeners.local.path=" + path()), Stream.of(properties))
                        .toArray(String[]::new));
    }

    private EchoClient connect() throws IOException {
        return EchoClient.connect(path());
    }

    private static void assertEchoes(EchoClient client) throws IOException {
        client.send(new byte[] {1, 2, 3});
        assertThat(client.read(3)).containsExactly(1, 2, 3);
    }

    private byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        this.random.nextBytes(bytes);
        return bytes;
    }

    private void assertComesBack(EchoClient client, byte[] payload) throws IOException {
        CompletableFuture<Void> sent = client.sendAndHalfClose(payload, 199_999, this.random.split());
        assertThat(Arrays.mismatch(client.readToEnd(), payload)).isEqualTo(-1);
        sent.join();
    }

    @Test
    void everyByteComesBackAndThenACleanEnd(CapturedOutput output) throws Exception {
        try (RunningEcho echo = start()) {
            for (int length : new int[] {0, 1, 65_537, 8 * MIB}) {
                try (EchoClient client = connect()) {
                    assertComesBack(client, randomBytes(length));
                }
            }
            await().untilAsserted(() -> assertThat(echo.active()).isZero());
            assertThat(echo.accepted()).isEqualTo(4);
            assertThat(echo.closed("client")).isEqualTo(3);
            assertThat(echo.closed("probe")).isEqualTo(1);
            assertThat(echo.sent()).isEqualTo(echo.received()).isEqualTo(8 * MIB + 65_538);
        }
        assertThat(output)
                .contains("Echo started: local on %s; transport".formatted(path()))
                .doesNotContain("WARN")
                .doesNotContain("ERROR");
    }

    @Test
    void eightMebibytesComeBackToAReaderThatStartsLateAndReadsSlowly() throws Exception {
        try (RunningEcho echo = start();
                EchoClient client = connect()) {
            byte[] payload = randomBytes(8 * MIB);
            CompletableFuture<Void> sent = client.sendAndHalfClose(payload, 64 * 1024, this.random.split());
            await().pollDelay(Duration.ofMillis(200))
                    .untilAsserted(() -> assertThat(echo.held()).isBetween(1L, 80L * 1024));
            assertThat(Arrays.mismatch(client.readToEndSlowly(64 * 1024, Duration.ofMillis(1)), payload))
                    .isEqualTo(-1);
            sent.join();
        }
    }

    @Test
    void everyByteComesBackOverTls(@TempDir Path certificateDirectory) throws Exception {
        TestCertificates certificates = new TestCertificates();
        certificates.write(certificates.issue("server"), certificateDirectory);
        try (RunningEcho echo = start(Stream.of(TestCertificates.bundle(certificateDirectory))
                        .map(property -> property.replace("listeners.plain", "listeners.local"))
                        .toArray(String[]::new));
                EchoClient client = connect().startTls(certificates.client(null))) {
            assertComesBack(client, randomBytes(MIB));
            await().untilAsserted(() -> assertThat(echo.closed("client")).isEqualTo(1));
            assertThat(echo.handshakes("success")).isEqualTo(1);
        }
    }

    @Test
    void limitsOfConnectionsAndTimeHoldAndThoseOfAddressesDoNot() throws Exception {
        try (RunningEcho echo = start(
                        "echo.limits.connections=2",
                        "echo.limits.connections-per-address=1",
                        "echo.limits.deny=0.0.0.0/0,::/0",
                        "echo.limits.idle-timeout=300ms");
                EchoClient first = connect();
                EchoClient second = connect()) {
            assertEchoes(first);
            assertEchoes(second);
            try (EchoClient third = connect()) {
                assertThat(third.readToEnd()).isEmpty();
            }
            assertThat(echo.rejected("limit")).isEqualTo(1);
            assertThat(first.readToEnd()).isEmpty();
            assertThat(second.readToEnd()).isEmpty();
            await().untilAsserted(() -> assertThat(echo.closed("idle")).isEqualTo(2));
        }
    }

    @Test
    void aConnectionEndsAtItsLifetime() throws Exception {
        try (RunningEcho echo = start("echo.limits.lifetime=200ms");
                EchoClient client = connect()) {
            assertEchoes(client);
            assertThat(client.readToEnd()).isEmpty();
            await().untilAsserted(() -> assertThat(echo.closed("lifetime")).isEqualTo(1));
        }
    }

    @Test
    void clientsThatAreGoneAreCountedAsReset() throws Exception {
        try (RunningEcho echo = start()) {
            EchoClient client = connect();
            client.sendInBackground(randomBytes(MIB));
            await().until(() -> echo.held() > 0);
            client.close();
            await().untilAsserted(() -> assertThat(echo.closed("reset")).isEqualTo(1));
        }
    }

    @Test
    void aStopEndsEachConnectionCleanlyAndRemovesTheFile() throws Exception {
        try (RunningEcho echo = start("echo.drain.quiet=100ms")) {
            List<EchoClient> clients = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                clients.add(connect());
                assertEchoes(clients.get(i));
            }
            CompletableFuture<Void> stopped =
                    CompletableFuture.runAsync(echo.bean(EchoServer.class)::stop, EchoClient.THREADS);
            for (EchoClient client : clients) {
                assertThat(client.readToEnd()).isEmpty();
                client.close();
            }
            stopped.join();
            // A channel tells that it is closed before its handlers, which count.
            await().untilAsserted(() -> assertThat(echo.closed("drain")).isEqualTo(20));
            assertThat(this.directory).isEmptyDirectory();
            assertThat(echo.bean(EchoServer.class).isRunning()).isFalse();
        }
    }

    @Test
    void theFileHasItsPermissionsAndNothingIsLeftBesideIt() throws Exception {
        try (RunningEcho echo = start("echo.listeners.local.permissions=rwx-w----")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path())))
                    .isEqualTo("rwx-w----");
            assertThat(this.directory.toFile().list()).containsExactly("echo.sock");
            assertThat(echo.bean(EchoServer.class).paths()).containsExactly(Map.entry("local", path().toString()));
            assertThat(echo.bean(EchoServer.class).addresses()).isEmpty();
        }
    }

    @Test
    void theFileThatAnotherProcessHasPutInItsPlaceStays() throws Exception {
        try (RunningEcho echo = start()) {
            Files.delete(path());
            Files.createFile(path());
            echo.bean(EchoServer.class).stop();
            assertThat(path()).isRegularFile();
        }
    }

    @Test
    void theConnectionsTellTheClientsProcess() throws Exception {
        try (RunningEcho echo = start();
                EchoClient client = connect()) {
            assertEchoes(client);
            String process = "unix pid %s uid %s"
                    .formatted(ProcessHandle.current().pid(), Files.getAttribute(path(), "unix:uid"));
            assertThat(echo.bean(EchoServer.class).connections())
                    .singleElement()
                    .satisfies(connection -> assertThat(connection.client())
                            .isEqualTo((this.transport == Transport.NIO) ? "unix" : process));
        }
    }

    @Test
    void aGreetingHasNoPort() throws Exception {
        try (RunningEcho echo = start("echo.listeners.local.behaviours.greeting={port} {remote} {listener}");
                EchoClient client = connect()) {
            client.halfClose();
            assertThat(new String(client.readToEnd(), StandardCharsets.UTF_8)).matches("0 unix.* local");
        }
    }

    @Test
    void behavioursHoldEchoesBackAndEndConnections() throws Exception {
        try (RunningEcho echo = start(
                        "echo.listeners.local.behaviours.delay=50ms",
                        "echo.listeners.local.behaviours.close-after=6B");
                EchoClient client = connect()) {
            long start = System.nanoTime();
            client.send(new byte[] {1, 2, 3, 4, 5});
            assertThat(client.readToEnd()).containsExactly(1);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(40));
            await().untilAsserted(() -> assertThat(echo.closed("behaviour")).isEqualTo(1));
        }
    }

    /**
     * A Unix socket has no RST: the kernel tells the client of a reset only where the service has left bytes unread.
     */
    @Test
    void theClientSeesAResetAsTheEndOfTheStream() throws Exception {
        try (RunningEcho echo = start("echo.listeners.local.behaviours.reset-after=3B");
                EchoClient client = connect()) {
            client.send(new byte[] {1, 2, 3});
            try {
                assertThat(client.readToEnd()).hasSizeLessThanOrEqualTo(3);
            } catch (SocketException ex) {
                assertThat(ex).hasMessageContaining("reset");
            }
            await().untilAsserted(() -> assertThat(echo.closed("behaviour")).isEqualTo(1));
        }
    }

    @Test
    void aClosedSocketHasNoFileUntilItIsOpenedAgain(CapturedOutput output) throws Exception {
        try (RunningEcho echo = start(
                "echo.listeners.local.behaviours.refuse=close-port",
                "management.endpoint.behaviours.access=unrestricted")) {
            assertThat(this.directory).isEmptyDirectory();
            assertThat(echo.bean(EchoServer.class).isRunning()).isTrue();
            ListenerBehaviours local = Objects.requireNonNull(
                    echo.bean(BehaviourRegistry.class).listeners().get("local"));
            for (int i = 0; i < 2; i++) {
                local.replace(BehaviourProperties.NONE, Reach.NEW, null);
                try (EchoClient client = connect()) {
                    assertEchoes(client);
                }
                local.restore();
                assertThat(this.directory).isEmptyDirectory();
            }
            Files.createFile(path());
            local.replace(BehaviourProperties.NONE, Reach.NEW, null);
            assertThat(output)
                    .contains("Echo cannot open %s of local again, and tries every second: ".formatted(path()));
            assertThat(echo.bean(EchoServer.class).unopened()).containsExactly("local");
            Files.delete(path());
            await().until(() -> Files.exists(path()));
            try (EchoClient client = connect()) {
                assertEchoes(client);
            }
            assertThat(output).contains("Echo has opened %s of local again".formatted(path()));
        }
    }

    @Test
    void anAbstractNameEchoesWithoutAFile() throws Exception {
        assumeThat(this.transport.hasAbstractNames()).isTrue();
        String name = "tcp-echo-test-%s".formatted(this.random.nextLong(Long.MAX_VALUE));
        try (RunningEcho echo = RunningEcho.startWithoutPlain(this.transport, "echo.listeners.local.path=@" + name)) {
            assertThat(echo.bean(EchoServer.class).paths()).containsEntry("local", "@" + name);
            // Java's own clients have no abstract names.
            io.netty.channel.unix.Socket client = io.netty.channel.unix.Socket.newSocketDomain();
            assertThat(client.connect(new DomainSocketAddress("\0" + name))).isTrue();
            ByteBuffer bytes = ByteBuffer.allocateDirect(2);
            assertThat(client.write(bytes, 0, 1)).isEqualTo(1);
            await().until(() -> client.read(bytes, 0, 2) == 1);
            client.shutdown(false, true);
            await().until(() -> client.read(bytes, 0, 2) == -1);
            client.close();
            await().untilAsserted(() -> assertThat(echo.closed("client")).isEqualTo(1));
        }
    }
}
