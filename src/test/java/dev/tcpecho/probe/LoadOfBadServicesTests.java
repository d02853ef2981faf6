package dev.tcpecho.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.probe.cli.ExitCode;
import dev.tcpecho.testing.TestCertificates;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Exchanger;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code probe load} finds where something goes wrong. */
@Timeout(60)
class LoadOfBadServicesTests {

    private static final int SIZE = 100;

    /** What a service does with a connection. */
    private interface Service {

        void serve(InputStream in, OutputStream out, Socket client) throws Exception;
    }

    private static ServerSocket serve(Service service) throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        daemon(() -> {
            while (true) {
                Socket client = server.accept();
                daemon(() -> {
                    try (client) {
                        service.serve(client.getInputStream(), client.getOutputStream(), client);
                    }
                });
            }
        });
        return server;
    }

    private interface Action {

        void run() throws Exception;
    }

    private static void daemon(Action action) {
        Thread thread = new Thread(() -> {
            try {
                action.run();
            } catch (Exception ex) {
                // Whatever it is, the load sees it.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static LoadOutput load(ServerSocket server, String options) throws IOException {
        String duration = options.contains("--duration") ? "" : "--timeout 500ms --duration 300ms ";
        return LoadOutput.of("127.0.0.1:%s --size %s %s%s".formatted(server.getLocalPort(), SIZE, duration, options));
    }

    private static void echo(InputStream in, OutputStream out, int messages) throws IOException {
        for (int i = 0; i < messages; i++) {
            out.write(in.readNBytes(SIZE));
        }
    }

    private static void drain(InputStream in) throws IOException {
        in.transferTo(OutputStream.nullOutputStream());
    }

    private static Arguments service(String name, String cause, Service service) {
        return Arguments.of(name, cause, service);
    }

    static Stream<Arguments> badServices() {
        return Stream.of(
                service("drops a byte", "mismatch", (in, out, client) -> {
                    echo(in, out, 3);
                    in.skipNBytes(1);
                    in.transferTo(out);
                }),
                service("doubles a byte", "mismatch", (in, out, client) -> {
                    echo(in, out, 3);
                    byte[] message = in.readNBytes(SIZE);
                    out.write(message[0]);
                    out.write(message);
                    in.transferTo(out);
                }),
                service("changes a byte", "mismatch", (in, out, client) -> {
                    echo(in, out, 3);
                    byte[] message = in.readNBytes(SIZE);
                    message[SIZE - 1]++;
                    out.write(message);
                    in.transferTo(out);
                }),
                service("swaps two messages", "mismatch", (in, out, client) -> {
                    echo(in, out, 3);
                    byte[] message = in.readNBytes(SIZE);
                    out.write(in.readNBytes(SIZE));
                    out.write(message);
                    in.transferTo(out);
                }),
                service("repeats a message in place of the next", "mismatch", (in, out, client) -> {
                    byte[] message = in.readNBytes(SIZE);
                    in.skipNBytes(SIZE);
                    out.write(message);
                    out.write(message);
                    in.transferTo(out);
                }),
                service("resets", "reset", (in, out, client) -> {
                    echo(in, out, 3);
                    client.setSoLinger(true, 0);
                }),
                service("ends early", "closed", (in, out, client) -> {
                    echo(in, out, 3);
                    client.shutdownOutput();
                    drain(in);
                }),
                service("drops the rest when the client ends its stream", "closed", (in, out, client) -> {
                    byte[] held = in.readNBytes(SIZE);
                    for (byte[] next = in.readNBytes(SIZE); next.length > 0; next = in.readNBytes(SIZE)) {
                        out.write(held);
                        held = next;
                    }
                }),
                service("is silent", "stall", (in, out, client) -> {
                    echo(in, out, 3);
                    drain(in);
                    new CountDownLatch(1).await();
                }),
                service("does not end its stream", "stall", (in, out, client) -> {
                    in.transferTo(out);
                    new CountDownLatch(1).await();
                }),
                service("sends more than it got", "surplus", (in, out, client) -> {
                    in.transferTo(out);
                    out.write(0);
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badServices")
    void serviceThat(String name, String cause, Service service) throws IOException {
        try (ServerSocket server = serve(service)) {
            LoadOutput load = load(server, "--connections 2 --pipeline 4");
            assertThat(load.failures()).isEqualTo(Map.of(cause, 2));
            assertThat(load.exitCode()).isEqualTo(ExitCode.LOST);
            assertThat(load.errors()).startsWith("probe load: " + cause + ": connection ");
            assertThat(load.figure("connectionsComplete")).isZero();
        }
    }

    @Test
    void serviceThatSwapsTheBytesOfConnections() throws IOException {
        Exchanger<byte[]> exchanger = new Exchanger<>();
        try (ServerSocket server = serve((in, out, client) -> {
            while (true) {
                out.write(exchanger.exchange(in.readNBytes(SIZE)));
            }
        })) {
            LoadOutput load = load(server, "--connections 2");
            assertThat(load.failures()).isEqualTo(Map.of("mismatch", 2));
            assertThat(load.figure("bytesLost")).isEqualTo(2 * SIZE);
        }
    }

    @Test
    void lostBytesAreCounted() throws IOException {
        try (ServerSocket server = serve((in, out, client) -> {
            echo(in, out, 5);
            out.write(Arrays.copyOf(in.readNBytes(SIZE), 30));
            client.shutdownOutput();
            drain(in);
        })) {
            LoadOutput load = load(server, "--connections 1");
            assertThat(load.figure("messages")).isEqualTo(5);
            assertThat(load.figure("bytesLost")).isEqualTo(70);
            assertThat(load.errors())
                    .isEqualTo("probe load: closed: connection 0: 530 of 600 bytes came back,"
                            + " and then the service ended its stream\n");
        }
    }

    @Test
    void tlsThatEndsWithoutCloseNotifyIsTruncated() throws Exception {
        X509Bundle certificate = new TestCertificates().issue("server");
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(certificate.toKeyManagerFactory().getKeyManagers(), null, null);
        try (ServerSocket server = serve((in, out, client) -> {
            SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(client, null, false);
            echo(tls.getInputStream(), tls.getOutputStream(), 3);
            client.shutdownOutput();
            drain(in);
        })) {
            LoadOutput load = load(server, "--connections 2 --insecure");
            assertThat(load.failures()).isEqualTo(Map.of("truncated", 2));
            assertThat(load.exitCode()).isEqualTo(ExitCode.LOST);
        }
    }

    /** Whoever waits for the echo before it sends the next message would measure one long round trip. */
    @Test
    void latencySinceThePlannedTimeShowsAWaitThatTheSenderHides() throws IOException {
        try (ServerSocket server = serve((in, out, client) -> {
            echo(in, out, 50);
            byte[] message = in.readNBytes(SIZE);
            Thread.sleep(1000);
            out.write(message);
            in.transferTo(out);
        })) {
            LoadOutput load = load(server, "--connections 1 --rate 100 --duration 2s --timeout 5s");
            assertThat(load.exitCode()).isZero();
            assertThat(load.figure("messages") + load.figure("messagesUnsent")).isEqualTo(200);
            assertThat(load.figure("latencyMillis.p90")).isGreaterThan(500);
            assertThat(load.figure("latencySinceSentMillis.p90")).isLessThan(500);
            assertThat(load.figure("latencySinceSentMillis.max")).isGreaterThan(900);
        }
    }

    @Test
    void messagesThatCouldNotBeSentAreCounted() throws IOException {
        try (ServerSocket server = serve((in, out, client) -> {
            echo(in, out, 2);
            drain(in);
        })) {
            LoadOutput load = load(server, "--connections 1 --rate 100 --duration 200ms --timeout 500ms");
            assertThat(load.figure("messages")).isEqualTo(2);
            // Of 20; one more is lost.
            assertThat(load.figure("messagesUnsent")).isEqualTo(17);
            assertThat(load.figure("bytesLost")).isEqualTo(SIZE);
        }
    }

    @Test
    void oneConnectionThatFailsDoesNotStopTheOthers() throws IOException {
        CountDownLatch first = new CountDownLatch(1);
        try (ServerSocket server = serve((in, out, client) -> {
            synchronized (first) {
                if (first.getCount() > 0) {
                    first.countDown();
                    return;
                }
            }
            in.transferTo(out);
        })) {
            LoadOutput load = load(server, "--connections 5 --rate 100 --duration 1s");
            assertThat(load.exitCode()).isEqualTo(ExitCode.LOST);
            assertThat(load.figure("connectionsOpened")).isEqualTo(5);
            assertThat(load.figure("connectionsComplete")).isEqualTo(4);
            assertThat(load.failures().values()).containsExactly(1);
            assertThat(load.figure("messages")).isBetween(40.0, 81.0);
        }
    }

    @Test
    void clientsThatReconnectGoOnAfterAFailure() throws IOException {
        AtomicInteger accepted = new AtomicInteger();
        try (ServerSocket server = serve((in, out, client) -> {
            if (accepted.incrementAndGet() % 2 == 0) {
                client.setSoLinger(true, 0);
                return;
            }
            in.transferTo(out);
        })) {
            LoadOutput load = load(server, "--reconnect --connections 3 --rate 200");
            assertThat(load.exitCode()).isEqualTo(ExitCode.LOST);
            assertThat(load.figure("connectionsWanted") + load.figure("messagesUnsent"))
                    .isEqualTo(60);
            assertThat(load.figure("messages") + load.failures().get("reset"))
                    .isEqualTo(load.figure("connectionsWanted"));
            assertThat(load.failures().get("reset")).isBetween(10, 31);
            assertThat(load.errors()).startsWith("probe load: reset: connection ");
        }
    }

    @Test
    void serviceThatResetsEachConnectionIsThere() throws IOException {
        try (ServerSocket server = serve((in, out, client) -> client.setSoLinger(true, 0))) {
            LoadOutput load = load(server, "--reconnect --connections 20 --rate 100");
            assertThat(load.failures()).isEqualTo(Map.of("reset", 30));
            assertThat(load.exitCode()).isEqualTo(ExitCode.LOST);
        }
    }

    @Test
    void lastMessagesAreAwaitedForTheTimeout() throws IOException {
        try (ServerSocket server = serve((in, out, client) -> drain(in))) {
            LoadOutput closed = load(server, "--reconnect --connections 2 --rate 20");
            assertThat(closed.failures()).isEqualTo(Map.of("closed", 6));
            assertThat(closed.figure("bytesLost")).isEqualTo(6 * SIZE);
        }
        try (ServerSocket server = serve((in, out, client) -> new CountDownLatch(1).await())) {
            LoadOutput silent = load(server, "--reconnect --connections 2 --rate 20");
            assertThat(silent.failures()).isEqualTo(Map.of("stall", 2));
            assertThat(silent.figure("messagesUnsent")).isEqualTo(4);
        }
    }

    /** As fast as the kernel refuses would be some thousand times. */
    @Test
    void clientsThatReconnectWithoutARatePauseAfterAFailure() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            daemon(() -> {
                Socket first = server.accept();
                server.close();
                first.close();
            });
            LoadOutput load = load(server, "--reconnect --connections 2");
            assertThat(load.failures().keySet()).containsAnyOf("refused", "reset");
            assertThat(load.figure("connectionsWanted")).isBetween(2.0, 8.0);
            assertThat(load.figure("connectionsComplete")).isZero();
        }
    }

    @Test
    void connectionsThatCannotBeMadeHaveACause() throws IOException {
        try (ServerSocket server = serve((in, out, client) -> in.transferTo(out))) {
            LoadOutput load = load(server, "--connections 3 --connect-rate 2 --tls");
            assertThat(load.exitCode()).isEqualTo(ExitCode.NOT_CONNECTED);
            assertThat(load.failures()).isEqualTo(Map.of("tls", 1));
            assertThat(load.errors())
                    .endsWith("; the service echoes the handshake, and so speaks no TLS: leave out --tls and the"
                            + " other options of TLS\n");
        }
    }

    @Test
    void noConnectionAtAll() throws IOException {
        int port;
        try (ServerSocket server = new ServerSocket(0)) {
            port = server.getLocalPort();
        }
        LoadOutput refused = LoadOutput.of("127.0.0.1:%s --duration 1s".formatted(port));
        assertThat(refused.exitCode()).isEqualTo(ExitCode.NOT_CONNECTED);
        assertThat(refused.errors())
                .isEqualTo("probe load: cannot connect to 127.0.0.1:%s: Connection refused\n".formatted(port));
        assertThat(refused.failures()).isEqualTo(Map.of("refused", 1));
        LoadOutput unknown = LoadOutput.of("no-such-host.invalid:1 --duration 1s");
        assertThat(unknown.exitCode()).isEqualTo(ExitCode.NOT_CONNECTED);
        assertThat(unknown.failures()).isEqualTo(Map.of("dns", 1));
        assertThat(unknown.errors())
                .isEqualTo("probe load: cannot connect to no-such-host.invalid:1: the host is not known\n");
    }

    @Test
    void firstConnectionTriesEveryAddress() throws IOException {
        try (ServerSocket server = serve((in, out, client) -> in.transferTo(out))) {
            LoadOutput load =
                    LoadOutput.of("localhost:%s --connections 3 --duration 100ms".formatted(server.getLocalPort()));
            load.assertComplete();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --connections 0       | --connections is 0, but must be from 1 to \\d+, as many as this process may open \\(ulimit -n\\)
                    --connections 9999999 | --connections is 9999999, but must be from 1 to \\d+, as many as this process may open \\(ulimit -n\\)
                    --rate 0              | --rate is 0, but must be from 1 to 10000000
                    --connect-rate -1     | --connect-rate is -1, but must be from 1 to 10000000
                    --pipeline 1001       | --pipeline is 1001, but must be from 1 to 1000
                    --reconnect --pipeline 2     | --pipeline is 2, but must be 1 beside --reconnect
                    --reconnect --connect-rate 2 | --connect-rate is 2, but must be left out beside --reconnect: use --rate
                    --threads 0           | --threads is 0, but must be from 1 to 256
                    --duration 0s         | --duration is 0s, but must be from 1ms to 366d
                    --omit -1s            | --omit is -1s, but must be from 0s to 366d
                    --size 2GB            | --size is 2GB, but must be from 1B to 1GB
                    --timeout 0           | --timeout is 0, but must be from 1ms to 24d
                    --listen 65536        | --listen is 65536, but must be PORT or HOST:PORT .*
                    --transport carrier   | --transport is carrier, but must be auto, nio, epoll or io-uring
                    --duration 5          | --duration is 5, but must be a duration with its unit, .*
                    """)
    void badUsageIsToldInOneSentence(String option, String sentence) throws IOException {
        LoadOutput load = LoadOutput.of("localhost:1 " + option);
        assertThat(load.exitCode()).isEqualTo(ExitCode.BAD_USAGE);
        assertThat(load.errors()).matches("probe load: %s\\. See probe load --help\\.\n".formatted(sentence));
        assertThat(load.events()).isEmpty();
    }
}
