package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.transport.Transport;
import io.micrometer.core.instrument.FunctionCounter;
import io.netty.channel.EventLoopGroup;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Echoes datagrams over real sockets. */
class DatagramEchoTests {

    private RunningEcho echo;

    private void start(Transport transport, String... properties) {
        assumeThat(transport.unavailabilityCause()).isNull();
        List<String> all = new ArrayList<>(List.of("echo.listeners.plain.protocol=udp"));
        all.addAll(List.of(properties));
        this.echo = RunningEcho.start(transport, all.toArray(String[]::new));
    }

    private void startOnEveryAddress(Transport transport, String... properties) {
        List<String> all = new ArrayList<>(List.of("echo.limits.allow=127.0.0.0/8,::1/128"));
        all.addAll(List.of(properties));
        start(transport, all.toArray(String[]::new));
    }

    private void startOnLoopback(Transport transport, String... properties) {
        List<String> all = new ArrayList<>(List.of("echo.listeners.plain.address=127.0.0.1"));
        all.addAll(List.of(properties));
        start(transport, all.toArray(String[]::new));
    }

    @AfterEach
    void stop() {
        if (this.echo != null) {
            this.echo.close();
        }
    }

    private DatagramClient client() throws Exception {
        return DatagramClient.connect("127.0.0.1", this.echo.port());
    }

    private long count(String name) {
        return (long) this.echo.registry().find(name).functionCounters().stream()
                .mapToDouble(FunctionCounter::count)
                .sum();
    }

    private long dropped(String reason) {
        return (long) this.echo
                .registry()
                .get("echo.datagrams.dropped")
                .tag("reason", reason)
                .functionCounter()
                .count();
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void everyLengthComesBackWhole(Transport transport) throws Exception {
        startOnEveryAddress(transport);
        try (DatagramClient ipv4 = client();
                DatagramClient ipv6 = DatagramClient.connect("::1", this.echo.port())) {
            for (int length : new int[] {0, 1, 2047, 2048, 2049, 9000, 65_507}) {
                byte[] payload = DatagramClient.bytes(length);
                assertThat(ipv4.ask(payload)).isEqualTo(payload);
                assertThat(ipv6.ask(payload)).isEqualTo(payload);
            }
            byte[] largest = DatagramClient.bytes(65_527);
            assertThat(ipv6.ask(largest)).isEqualTo(largest);
            assertThat(ipv4.getsNothing()).isTrue();
            assertThat(ipv6.getsNothing()).isTrue();
        }
        assertThat(count("echo.datagrams.received")).isEqualTo(15);
        assertThat(count("echo.datagrams.sent")).isEqualTo(15);
        assertThat(count("echo.datagrams.received.bytes")).isEqualTo(2 * 80_652 + 65_527);
        assertThat(count("echo.datagrams.sent.bytes")).isEqualTo(2 * 80_652 + 65_527);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void emptyDatagramsAmongOthersComeBackOnceInOrder(Transport transport) throws Exception {
        startOnLoopback(transport);
        int[] lengths = {0, 1, 2, 0, 3000, 0, 0, 3, 0};
        try (DatagramClient client = client()) {
            for (int length : lengths) {
                client.send(DatagramClient.bytes(length));
            }
            for (int length : lengths) {
                assertThat(client.receive()).isEqualTo(DatagramClient.bytes(length));
            }
            assertThat(client.getsNothing()).isTrue();
        }
        assertThat(count("echo.datagrams.sent")).isEqualTo(lengths.length);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void manyAtOnceComeBackWholeAndInOrder(Transport transport) throws Exception {
        startOnLoopback(transport, "echo.limits.datagrams-per-second-per-address=0");
        try (DatagramClient client = client()) {
            for (int round = 0; round < 50; round++) {
                // As many as the kernel keeps for both sides.
                for (int i = 0; i < 40; i++) {
                    client.send(DatagramClient.bytes(round * 40 + i));
                }
                for (int i = 0; i < 40; i++) {
                    assertThat(client.receive()).isEqualTo(DatagramClient.bytes(round * 40 + i));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void answersFromTheAddressThatWasAsked(Transport transport) throws Exception {
        startOnEveryAddress(transport);
        for (String address : List.of("127.0.0.1", "::1")) {
            try (DatagramClient client = DatagramClient.connect(address, this.echo.port())) {
                assertThat(client.ask(new byte[] {1})).isEqualTo(new byte[] {1});
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = "EPOLL")
    void answersFromAnAddressThatNoInterfaceNames(Transport transport) throws Exception {
        startOnEveryAddress(transport);
        for (int i = 2; i < 10; i++) {
            try (DatagramClient client = DatagramClient.connect("127.0.0." + i, this.echo.port())) {
                // The first opens the socket of the address, and is not lost.
                assertThat(client.ask(new byte[] {1})).isEqualTo(new byte[] {1});
                assertThat(client.ask(new byte[0])).isEmpty();
            }
        }
        assertThat(count("echo.datagrams.received")).isEqualTo(16);
    }

    @ParameterizedTest
    @EnumSource(names = "EPOLL")
    void datagramForEveryHostIsDropped(Transport transport) throws Exception {
        startOnEveryAddress(transport);
        try (DatagramClient client = DatagramClient.connect("127.255.255.255", this.echo.port())) {
            client.broadcast(new byte[] {1});
            assertThat(client.getsNothing()).isTrue();
        }
        assertThat(dropped("broadcast")).isEqualTo(1);
        assertThat(count("echo.datagrams.received")).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void portOfAnotherProcessIsRefused(Transport transport) {
        startOnEveryAddress(transport);
        int port = this.echo.port();
        assertThatThrownBy(() -> RunningEcho.start(
                        transport,
                        "echo.listeners.plain.protocol=udp",
                        "echo.limits.allow=127.0.0.0/8",
                        "echo.listeners.plain.port=" + port))
                .rootCause()
                .hasMessageContaining("Address already in use");
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void portOfAnotherProcessOnOneAddressIsRefused(Transport transport) {
        startOnLoopback(transport);
        int port = this.echo.port();
        assertThatThrownBy(() -> RunningEcho.start(
                        transport,
                        "echo.listeners.plain.protocol=udp",
                        "echo.listeners.plain.address=127.0.0.1",
                        "echo.listeners.plain.port=" + port))
                .rootCause()
                .hasMessageContaining("Address already in use");
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void oneListenerCannotHaveThePortOfAnother(Transport transport) throws Exception {
        int port;
        try (DatagramSocket free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertThatThrownBy(() -> startOnEveryAddress(
                        transport,
                        "echo.listeners.plain.port=" + port,
                        "echo.listeners.second.protocol=udp",
                        "echo.listeners.second.address=127.0.0.1",
                        "echo.listeners.second.port=" + port))
                .hasStackTraceContaining("The listener second cannot open port " + port)
                .rootCause()
                .hasMessageContaining("Address already in use");
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void datagramsAndConnectionsCanHaveTheSamePort(Transport transport) throws Exception {
        startOnEveryAddress(transport);
        try (RunningEcho connections = RunningEcho.start(transport, "echo.listeners.plain.port=" + this.echo.port());
                EchoClient tcp = EchoClient.connect(connections.address());
                DatagramClient udp = client()) {
            tcp.send(new byte[] {1});
            assertThat(tcp.read(1)).containsExactly(1);
            assertThat(udp.ask(new byte[] {2})).containsExactly(2);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whatAnotherEchoOnThePortSendsIsDropped(Transport transport) throws Exception {
        startOnLoopback(transport);
        InetSocketAddress otherEcho = new InetSocketAddress(InetAddress.getByName("127.0.0.2"), this.echo.port());
        try (DatagramClient client = DatagramClient.connect(otherEcho, "127.0.0.1", this.echo.port())) {
            client.send(new byte[] {1});
            await().untilAsserted(() -> assertThat(dropped("own-port")).isEqualTo(1));
            assertThat(client.getsNothing()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void deniedClientGetsNothing(Transport transport) throws Exception {
        startOnLoopback(transport, "echo.limits.deny=127.0.0.3/32");
        InetSocketAddress denied = new InetSocketAddress(InetAddress.getByName("127.0.0.3"), 0);
        try (DatagramClient client = DatagramClient.connect(denied, "127.0.0.1", this.echo.port())) {
            client.send(new byte[] {1});
            await().untilAsserted(() -> assertThat(dropped("denied")).isEqualTo(1));
            assertThat(client.getsNothing()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(names = "EPOLL")
    void deniedClientOpensNoSocketOfAnAddressThatNoInterfaceNames(Transport transport) throws Exception {
        startOnEveryAddress(transport, "echo.limits.deny=127.0.0.3/32");
        InetSocketAddress denied = new InetSocketAddress(InetAddress.getByName("127.0.0.3"), 0);
        // More addresses than may be open.
        for (int i = 1; i <= 260; i++) {
            String address = "127.0.%s.%s".formatted(1 + i / 200, i % 200);
            try (DatagramClient client = DatagramClient.connect(denied, address, this.echo.port())) {
                client.send(new byte[] {1});
            }
            int sent = i;
            await().untilAsserted(
                            () -> assertThat(count("echo.datagrams.received")).isEqualTo(sent));
        }
        assertThat(dropped("denied")).isEqualTo(260);
        try (DatagramClient client = DatagramClient.connect("127.0.9.9", this.echo.port())) {
            assertThat(client.ask(new byte[] {1})).containsExactly(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void datagramsOverTheLimitOfAnAddressAreDropped(Transport transport) throws Exception {
        startOnLoopback(transport, "echo.limits.datagrams-per-second-per-address=3");
        try (DatagramClient client = client()) {
            for (int i = 0; i < 30; i++) {
                client.send(new byte[] {(byte) i});
            }
            await().untilAsserted(
                            () -> assertThat(count("echo.datagrams.received")).isEqualTo(30));
        }
        // Two seconds may have been begun meanwhile.
        assertThat(dropped("address-limit")).isGreaterThanOrEqualTo(24);
        assertThat(count("echo.datagrams.sent") + dropped("address-limit")).isEqualTo(30);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void lossDropsTheReply(Transport transport) throws Exception {
        startOnLoopback(
                transport, "echo.listeners.plain.behaviours.loss=0.5", "echo.listeners.plain.behaviours.seed=1");
        try (DatagramClient client = client()) {
            for (int i = 0; i < 100; i++) {
                client.send(new byte[] {(byte) i});
            }
            await().untilAsserted(
                            () -> assertThat(count("echo.datagrams.received")).isEqualTo(100));
        }
        assertThat(dropped("behaviour")).isBetween(25L, 75L);
        assertThat(count("echo.datagrams.sent") + dropped("behaviour")).isEqualTo(100);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void corruptFlipsBitsAndKeepsTheLength(Transport transport) throws Exception {
        startOnLoopback(transport, "echo.listeners.plain.behaviours.corrupt=100B");
        try (DatagramClient client = client()) {
            byte[] answer = client.ask(new byte[10_000]);
            assertThat(answer).hasSize(10_000);
            int flipped = 0;
            for (byte each : answer) {
                flipped += Integer.bitCount(each & 0xff);
            }
            assertThat(flipped).isEqualTo(100);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void delayedDatagramsAreSentWhenTheServiceStops(Transport transport) throws Exception {
        startOnLoopback(transport, "echo.listeners.plain.behaviours.delay=1h");
        try (DatagramClient client = client()) {
            for (int length : new int[] {0, 1, 30_000}) {
                client.send(DatagramClient.bytes(length));
            }
            await().untilAsserted(
                            () -> assertThat(count("echo.datagrams.received")).isEqualTo(3));
            assertThat(count("echo.datagrams.sent")).isZero();
            this.echo.close();
            for (int length : new int[] {0, 1, 30_000}) {
                assertThat(client.receive()).isEqualTo(DatagramClient.bytes(length));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void delayedDatagramsHaveABound(Transport transport) throws Exception {
        startOnLoopback(transport, "echo.listeners.plain.behaviours.delay=1h");
        try (DatagramClient client = client()) {
            for (int i = 0; i < 100; i++) {
                client.send(new byte[60_000]);
                int sent = i + 1;
                await().untilAsserted(() ->
                        assertThat(count("echo.datagrams.received")).isEqualTo(sent));
            }
        }
        // 4 MiB hold 69 of them, with 512 bytes around each.
        assertThat(dropped("memory")).isEqualTo(31);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whatTheKernelDroppedIsCounted(Transport transport) throws Exception {
        startOnLoopback(
                transport,
                "echo.limits.datagrams-per-second-per-address=0",
                "echo.limits.datagrams-per-second=1000000");
        CountDownLatch stalled = new CountDownLatch(1);
        this.echo.bean(EventLoopGroup.class).forEach(loop -> loop.execute(() -> awaitUninterruptibly(stalled)));
        int all = 20_000;
        try (DatagramClient client = client()) {
            for (int i = 0; i < all; i++) {
                client.send(new byte[512]);
            }
            stalled.countDown();
            await().untilAsserted(
                            () -> assertThat(count("echo.datagrams.received") + count("echo.datagrams.kernel.dropped"))
                                    .isEqualTo(all));
        }
        assertThat(count("echo.datagrams.kernel.dropped")).isPositive();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}
