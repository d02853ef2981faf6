package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.testing.ServiceProcess;
import dev.tcpecho.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Clients that never read use up all direct memory. A process for each transport is short of it at the same time; the
 * first request to its management port comes only then.
 */
class MemoryShortageTests {

    private static final int RESETS = 10;

    private static final List<String> DATAGRAM_LISTENERS = List.of("datagrams", "delayed");

    private final List<ServiceProcess> services = new ArrayList<>();

    private final List<SocketChannel> neverReading = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        for (Transport transport : Transport.values()) {
            if (transport.unavailabilityCause() == null) {
                this.services.add(ServiceProcess.start(
                        List.of("-XX:MaxDirectMemorySize=6m", "-Xmx64m"),
                        "echo.transport=" + transport,
                        "echo.limits.connections=10000",
                        "echo.listeners.datagrams.protocol=udp",
                        "echo.listeners.datagrams.address=127.0.0.1",
                        "echo.listeners.datagrams.port=0",
                        "echo.listeners.delayed.protocol=udp",
                        "echo.listeners.delayed.address=127.0.0.1",
                        "echo.listeners.delayed.port=0",
                        "echo.listeners.delayed.behaviours.delay=1ms",
                        "echo.drain.quiet=100ms"));
            }
        }
        this.services.forEach(service -> service.awaitOutput("Started EchoApplication"));
    }

    @AfterEach
    void end() throws Exception {
        closeNeverReading();
        this.services.forEach(ServiceProcess::close);
    }

    @Test
    void theServiceResetsWhomItHasNoMemoryForAndServesTheOthers() throws Exception {
        List<EchoClient> readers = new ArrayList<>();
        for (ServiceProcess service : this.services) {
            EchoClient reader = EchoClient.connect(service.address("plain"));
            assertEchoes(reader);
            readers.add(reader);
            useUpMemory(service.address("plain"));
        }
        for (EchoClient reader : readers) {
            assertEchoes(reader);
            reader.close();
        }
        for (ServiceProcess service : this.services) {
            assertEchoesNewClient(service);
            assertThat(service.get("/actuator/health/liveness").statusCode()).isEqualTo(200);
            assertThat(count(service, "echo_connections_closed_total{listener=\"plain\",reason=\"error\"}"))
                    .isGreaterThanOrEqualTo(RESETS);
        }
        closeNeverReading();
        for (ServiceProcess service : this.services) {
            await().until(() -> count(service, "echo_connections_active") == 0);
            assertEchoesNewClient(service);
            service.terminate();
        }
        for (ServiceProcess service : this.services) {
            assertThat(service.awaitExit(Duration.ofSeconds(15))).isEqualTo(143);
            assertThat(service.output().lines().skip(firstOfRun(service)))
                    .filteredOn(line -> !line.contains(" INFO "))
                    .hasSizeLessThan(20)
                    .allSatisfy(line -> assertThat(line)
                            .contains("Echo reset connections for which there was no memory: ")
                            .endsWith(" Raise -XX:MaxDirectMemorySize or lower echo.limits.connections"));
        }
    }

    @Test
    void datagramsForWhichThereIsNoMemoryAreDroppedAndLaterOnesComeBack() throws Exception {
        for (ServiceProcess service : this.services) {
            assertEchoesDatagram(service, "datagrams");
            useUpMemory(service.address("plain"));
            for (String listener : DATAGRAM_LISTENERS) {
                sendLargeDatagrams(service, listener);
            }
        }
        closeNeverReading();
        for (ServiceProcess service : this.services) {
            await().until(() -> count(service, "echo_connections_active") == 0);
            for (String listener : DATAGRAM_LISTENERS) {
                assertEchoesDatagram(service, listener);
                await().untilAsserted(() -> assertThat(
                                count(service, series("sent", listener)) + count(service, series("dropped", listener)))
                        .isEqualTo(count(service, series("received", listener))));
            }
        }
    }

    private static String series(String what, String listener) {
        return "echo_datagrams_%s_total{listener=\"%s\"".formatted(what, listener);
    }

    private static void sendLargeDatagrams(ServiceProcess service, String listener) throws Exception {
        try (DatagramClient client =
                DatagramClient.connect("127.0.0.1", service.address(listener).getPort())) {
            for (int i = 0; i < 100; i++) {
                client.send(new byte[60_000]);
            }
        }
    }

    /** Until one comes back: the ones before may still be read, and those be dropped. */
    private static void assertEchoesDatagram(ServiceProcess service, String listener) throws Exception {
        try (DatagramClient client =
                DatagramClient.connect("127.0.0.1", service.address(listener).getPort())) {
            await().until(() -> {
                client.send(new byte[1000]);
                return !client.getsNothing();
            });
        }
    }

    private static long firstOfRun(ServiceProcess service) throws IOException {
        return service.output()
                .lines()
                .takeWhile(line -> !line.contains("Started EchoApplication"))
                .count();
    }

    private static void assertEchoes(EchoClient client) throws Exception {
        for (int i = 0; i < 10; i++) {
            byte[] bytes = new byte[1000];
            bytes[i] = (byte) i;
            client.send(bytes);
            assertThat(client.read(bytes.length)).isEqualTo(bytes);
        }
    }

    private static void assertEchoesNewClient(ServiceProcess service) throws Exception {
        try (EchoClient client = EchoClient.connect(service.address("plain"))) {
            assertEchoes(client);
        }
    }

    private static double count(ServiceProcess service, String series) throws Exception {
        return service.get("/actuator/prometheus")
                .body()
                .lines()
                .filter(line -> line.startsWith(series))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Connects clients that send all they can, until the service has reset some of them. */
    private void useUpMemory(InetSocketAddress address) {
        List<SocketChannel> clients = new ArrayList<>();
        int[] resets = {0};
        await("clients that are reset").atMost(Duration.ofMinutes(1)).until(() -> {
            for (int i = 0; i < 20 && clients.size() < 400; i++) {
                SocketChannel client = SocketChannel.open(address);
                client.configureBlocking(false);
                clients.add(client);
                this.neverReading.add(client);
            }
            for (Iterator<SocketChannel> each = clients.iterator(); each.hasNext(); ) {
                if (!sendsAllItCan(each.next())) {
                    resets[0]++;
                    each.remove();
                }
            }
            return resets[0] >= RESETS;
        });
    }

    private static boolean sendsAllItCan(SocketChannel client) {
        ByteBuffer bytes = ByteBuffer.allocate(65_536);
        try {
            while (client.write(bytes.clear()) > 0) {}
            return true;
        } catch (IOException ex) {
            return false;
        }
    }

    private void closeNeverReading() throws IOException {
        for (SocketChannel client : this.neverReading) {
            client.close();
        }
    }
}
