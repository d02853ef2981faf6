package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.transport.TransportChoice;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is counted of connections and bytes. */
class EchoMetricsTests {

    private RunningEcho echo;

    @BeforeEach
    void start() {
        this.echo = RunningEcho.start(TransportChoice.AUTO.resolve(), "echo.drain.timeout=0s");
    }

    @AfterEach
    void stop() {
        this.echo.close();
    }

    @Test
    void receivedIsSentAfterCleanClients() throws Exception {
        for (int length : new int[] {0, 1, 1000, 1_000_000}) {
            try (EchoClient client = EchoClient.connect(this.echo.address())) {
                client.sendAndHalfClose(new byte[length], 65_536, new SplittableRandom());
                assertThat(client.readToEnd()).hasSize(length);
            }
        }
        await().untilAsserted(() -> assertThat(this.echo.active()).isZero());
        assertThat(this.echo.received()).isEqualTo(1_001_001);
        assertThat(this.echo.sent()).isEqualTo(1_001_001);
        assertThat(this.echo.closed("client")).isEqualTo(3);
        assertThat(this.echo.closed("probe")).isEqualTo(1);
    }

    @Test
    void bytesThatNeverReachedTheKernelAreNotSent() throws Exception {
        try (EchoClient client = EchoClient.connect(this.echo.address())) {
            client.sendInBackground(new byte[32 * 1024 * 1024]);
            // For a while, as an echo under way is held for a moment too.
            await().during(Duration.ofMillis(300)).until(() -> this.echo.held() > 0);
            client.reset();
        }
        await().untilAsserted(() -> assertThat(this.echo.closed("reset")).isEqualTo(1));
        assertThat(this.echo.sent()).isPositive().isLessThan(this.echo.received());
    }

    @Test
    void openConnectionIsActiveAndHasNoDurationYet() throws Exception {
        try (EchoClient client = EchoClient.connect(this.echo.address())) {
            client.send(new byte[] {1});
            client.read(1);
            assertThat(this.echo.accepted()).isEqualTo(1);
            assertThat(this.echo.active()).isEqualTo(1);
            assertThat(durations()).isZero();
        }
        await().untilAsserted(() -> assertThat(durations()).isEqualTo(1));
        assertThat(this.echo.active()).isZero();
    }

    @Test
    void acceptedIsActiveAndClosedAfterAnyMixOfClients() {
        CompletableFuture.allOf(IntStream.range(0, 8)
                        .mapToObj(thread -> CompletableFuture.runAsync(() -> mixOfClients(100), EchoClient.THREADS))
                        .toArray(CompletableFuture[]::new))
                .join();
        await().untilAsserted(() -> assertThat(this.echo.accepted()).isEqualTo(800));
        await().untilAsserted(() -> assertThat(this.echo.active()).isZero());
        assertThat(this.echo.closed()).isEqualTo(800);
        assertThat(this.echo.closed("client")).isEqualTo(8 * 25);
        assertThat(this.echo.closed("probe")).isEqualTo(8 * 50);
        assertThat(this.echo.closed("reset")).isEqualTo(8 * 25);
        assertThat(durations()).isEqualTo(800);
    }

    private void mixOfClients(int clients) {
        for (int i = 0; i < clients; i++) {
            try (EchoClient client = EchoClient.connect(this.echo.address())) {
                if (i % 4 < 2) {
                    client.send(new byte[] {1, 2, 3});
                    client.read(3);
                }
                if (i % 2 == 0) {
                    client.reset();
                } else {
                    client.halfClose();
                    assertThat(client.readToEnd()).isEmpty();
                }
            } catch (Exception ex) {
                throw new IllegalStateException(ex);
            }
        }
    }

    @Test
    void fiveThousandAddressesAddNoSeries() throws Exception {
        int before = this.echo.registry().getMeters().size();
        for (int i = 0; i < 5000; i++) {
            InetAddress address = InetAddress.getByAddress(new byte[] {127, 1, (byte) (i / 250), (byte) (1 + i % 250)});
            try (Socket client = new Socket()) {
                client.bind(new InetSocketAddress(address, 0));
                client.connect(this.echo.address());
                client.getOutputStream().write(i);
                assertThat(client.getInputStream().read()).isEqualTo(i & 0xff);
            }
        }
        await().untilAsserted(() -> assertThat(this.echo.closed("client")).isEqualTo(5000));
        assertThat(this.echo.registry().getMeters()).hasSize(before);
        System.out.printf(
                "series before 5,000 addresses: %s, after: %s%n",
                before, this.echo.registry().getMeters().size());
    }

    private long durations() {
        return this.echo.registry().get("echo.connection.duration").timer().count();
    }
}
