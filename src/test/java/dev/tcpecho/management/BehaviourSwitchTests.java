package dev.tcpecho.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.echo.OpenConnection;
import dev.tcpecho.server.EchoClient;
import dev.tcpecho.testing.RunningService;
import dev.tcpecho.transport.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What open connections see of a switch. */
@ParameterizedClass
@EnumSource(Transport.class)
class BehaviourSwitchTests {

    private static final String PLAIN = "/actuator/behaviours/plain";

    private static final String SECOND = "/actuator/behaviours/second";

    private static final String NONE_FOR_ALL = "{\"apply\": \"all\"}";

    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    /** Sets that change no byte. */
    private static final List<String> SETS = List.of(
            "{\"delay\": \"20ms\", \"apply\": \"all\"}",
            "{\"rate\": \"5MB\", \"apply\": \"all\"}",
            "{\"chunk\": \"700B\", \"apply\": \"all\"}",
            "{\"delay\": {\"duration\": \"9ms\", \"jitter\": \"9ms\"}, \"chunk\": {\"size\": \"1KB\", \"variation\": \"500B\"}, \"apply\": \"all\"}",
            "{\"stall-after\": \"10KB\", \"apply\": \"all\"}",
            NONE_FOR_ALL,
            "{\"rate\": {\"bytes-per-second\": \"3MB\", \"scope\": \"listener\"}, \"apply\": \"all\"}",
            "{\"delay\": \"1h\", \"close-after\": \"1GB\", \"apply\": \"all\"}",
            "{\"delay\": \"5ms\", \"rate\": \"2MB\", \"chunk\": \"900B\", \"stall-after\": \"1h\", \"apply\": \"all\"}");

    private static RunningService service;

    @Parameter
    private Transport transport;

    @BeforeParameterizedClassInvocation
    static void start(Transport transport) {
        assumeThat(transport.unavailabilityCause()).isNull();
        service = RunningService.startSwitchable(
                "echo.transport=" + transport, "echo.listeners.second.port=0", "echo.drain.timeout=0s");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        service.close();
    }

    @BeforeEach
    void begin() throws Exception {
        service.delete(PLAIN);
        service.delete(SECOND);
        await().until(() -> service.server().connections().isEmpty());
    }

    /** Connects a client whose echo has begun. */
    private static EchoClient connect(String listener) throws IOException {
        EchoClient client = EchoClient.connect(service.address(listener));
        client.send(new byte[] {1});
        assertThat(client.read(1)).containsExactly(1);
        return client;
    }

    private static int reached(String path, String set) throws Exception {
        return (Integer) service.post(path, set).json().get("connections");
    }

    @Test
    void everyByteComesBackOnceAndInOrderWhileSetsAreSwitchedHundredsOfTimes() throws Exception {
        try (EchoClient client = EchoClient.connect(service.address())) {
            Numbers numbers = new Numbers(client);
            CompletableFuture<Void> sent = numbers.send();
            CompletableFuture<Void> received = numbers.receive();
            for (int i = 0; i < 300; i++) {
                service.post(PLAIN, SETS.get(i % SETS.size()));
                if (i == 200) {
                    numbers.end();
                }
            }
            service.delete(PLAIN);
            sent.join();
            received.join();
            assertThat(numbers.received.get()).isEqualTo(numbers.sent.get()).isPositive();
        }
    }

    @Test
    void everyByteOfAClientThatHasHalfClosedComesBackHoweverOftenSetsAreSwitched() throws Exception {
        byte[] payload = Numbers.of(0, 15_000);
        for (int round = 0; round < SETS.size(); round++) {
            service.post(PLAIN, "{\"delay\": \"1h\"}");
            try (EchoClient client = EchoClient.connect(service.address(), 8192)) {
                client.sendAndHalfClose(payload, 10_000, new SplittableRandom()).join();
                await().until(() -> service.server().connections().stream()
                        .anyMatch(connection -> connection.heldBytes() > payload.length));
                for (int i = 0; i <= SETS.size(); i++) {
                    service.post(PLAIN, SETS.get((round + i) % SETS.size()));
                }
                service.delete(PLAIN);
                byte[] echo = client.readToEnd();
                assertThat(echo.length).isEqualTo(payload.length);
                assertThat(Arrays.mismatch(echo, payload)).isEqualTo(-1);
            }
        }
    }

    @Test
    void everyByteWaitsForAClientThatDoesNotReadAndTheAnswerDoesNot() throws Exception {
        byte[] payload = Numbers.of(0, 2_000_000);
        try (EchoClient client = EchoClient.connect(service.address(), 8192)) {
            CompletableFuture<Void> sent = client.sendAndHalfClose(payload, 100_000, new SplittableRandom());
            await().until(() ->
                    service.server().connections().stream().anyMatch(connection -> connection.heldBytes() > 60_000));
            for (int i = 0; i < 100; i++) {
                long start = System.nanoTime();
                assertThat(reached(PLAIN, SETS.get(i % SETS.size()))).isEqualTo(1);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
            }
            assertThat(service.server().connections())
                    .extracting(OpenConnection::heldBytes)
                    .allMatch(held -> held < 128 * 1024);
            service.delete(PLAIN);
            byte[] echo = client.readToEnd();
            assertThat(echo.length).isEqualTo(payload.length);
            assertThat(Arrays.mismatch(echo, payload)).isEqualTo(-1);
            sent.join();
        }
    }

    @Test
    void aStalledConnectionGoesOnWhenTheSetIsReplacedAndTheAnswerDoesNotWaitForIt() throws Exception {
        try (EchoClient client = connect("plain")) {
            service.post(PLAIN, "{\"stall-after\": \"2B\", \"apply\": \"all\"}");
            client.send(new byte[] {2, 3, 4, 5});
            assertThat(client.read(2)).containsExactly(2, 3);
            long start = System.nanoTime();
            assertThat(reached(PLAIN, NONE_FOR_ALL)).isEqualTo(1);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
            assertThat(client.read(2)).containsExactly(4, 5);
            client.send(new byte[] {6});
            client.halfClose();
            assertThat(client.readToEnd()).containsExactly(6);
        }
    }

    @Test
    void bytesThatWaitDoNotEndTheConnectionWhenTheyComeOut() throws Exception {
        for (String end : List.of("close-after", "reset-after")) {
            service.post(PLAIN, "{\"delay\": \"1h\", \"%s\": \"10B\"}".formatted(end));
            try (EchoClient client = EchoClient.connect(service.address())) {
                client.send(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
                await().until(() ->
                        service.server().connections().stream().anyMatch(connection -> connection.heldBytes() > 0));
                service.post(PLAIN, NONE_FOR_ALL);
                assertThat(client.read(8)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
                client.send(new byte[] {9});
                client.halfClose();
                assertThat(client.readToEnd()).containsExactly(9);
            }
        }
    }

    @Test
    void aGreetingIsForTheBeginOfAConnectionOnly() throws Exception {
        try (EchoClient open = connect("plain")) {
            assertThat(reached(PLAIN, "{\"greeting\": \"hi\", \"delay\": \"1ms\", \"apply\": \"all\"}"))
                    .isEqualTo(1);
            try (EchoClient client = EchoClient.connect(service.address())) {
                assertThat(client.read(2)).isEqualTo(new byte[] {'h', 'i'});
                await().untilAsserted(() -> assertThat(service.server().connections())
                        .extracting(OpenConnection::behaviours)
                        .containsExactlyInAnyOrder(List.of("delay"), List.of("delay", "greeting")));
                service.post(PLAIN, "{\"greeting\": \"ho\", \"apply\": \"all\"}");
                client.send(new byte[] {1});
                assertThat(client.read(1)).containsExactly(1);
            }
            open.send(new byte[] {2});
            assertThat(open.read(1)).containsExactly(2);
        }
    }

    @Test
    void aSetForNewConnectionsReachesNoOpenOne() throws Exception {
        try (EchoClient open = connect("plain")) {
            assertThat(service.post(PLAIN, "{\"delay\": \"1h\"}").json()).containsEntry("connections", 0);
            assertThat(reached(PLAIN, "{\"delay\": \"2h\", \"apply\": \"new\"}"))
                    .isZero();
            open.send(new byte[] {2});
            assertThat(open.read(1)).containsExactly(2);
            try (EchoClient client = EchoClient.connect(service.address())) {
                client.send(new byte[] {3});
                await().until(() -> service.server().connections().size() == 2);
                assertThat(service.server().connections())
                        .extracting(OpenConnection::behaviours)
                        .containsExactlyInAnyOrder(List.of(), List.of("delay"));
                assertThat(reached(PLAIN, NONE_FOR_ALL)).isEqualTo(2);
                assertThat(client.read(1)).containsExactly(3);
            }
        }
    }

    @Test
    void aSetReachesTheConnectionsOfItsListenerOnly() throws Exception {
        try (EchoClient first = connect("plain");
                EchoClient second = connect("plain");
                EchoClient third = connect("second")) {
            assertThat(reached(PLAIN, "{\"delay\": \"1h\", \"apply\": \"all\"}"))
                    .isEqualTo(2);
            assertThat(service.get(SECOND).json()).containsEntry("behaviours", Map.of());
            third.send(new byte[] {3});
            assertThat(third.read(1)).containsExactly(3);
            assertThat(reached(SECOND, "{\"chunk\": \"1B\", \"apply\": \"all\"}"))
                    .isEqualTo(1);
            assertThat(service.delete(PLAIN).json()).containsEntry("connections", 2);
            first.send(new byte[] {1});
            assertThat(first.read(1)).containsExactly(1);
            second.send(new byte[] {2});
            assertThat(second.read(1)).containsExactly(2);
        }
    }

    @Test
    void connectionsThatEndMeanwhileAreNotReached() throws Exception {
        List<EchoClient> staying = new ArrayList<>();
        List<EchoClient> leaving = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            staying.add(connect("plain"));
            leaving.add(connect("plain"));
        }
        assertThat(reached(PLAIN, SETS.get(0))).isEqualTo(40);
        CompletableFuture<Void> left = CompletableFuture.runAsync(
                () -> {
                    try {
                        for (EchoClient client : leaving) {
                            client.reset();
                        }
                    } catch (IOException ex) {
                        throw new UncheckedIOException(ex);
                    }
                },
                EchoClient.THREADS);
        int[] before = {40};
        await().until(() -> {
            int reached = reached(PLAIN, SETS.get(0));
            assertThat(reached).isBetween(20, before[0]);
            before[0] = reached;
            return left.isDone() && reached == 20;
        });
        assertThat(reached(PLAIN, NONE_FOR_ALL)).isEqualTo(20);
        for (EchoClient client : staying) {
            client.send(new byte[] {2});
            assertThat(client.read(1)).containsExactly(2);
            client.close();
        }
        await().until(() -> reached(PLAIN, NONE_FOR_ALL) == 0);
    }

    /** Numbers that one client sends, with some of them on their way, and receives. */
    private static final class Numbers {

        /** Less than is held, so that a stalled connection does not keep the client from its end. */
        private static final int MOST_ON_THEIR_WAY = 12_000;

        private final EchoClient client;

        private final SplittableRandom random = new SplittableRandom();

        private final AtomicInteger sent = new AtomicInteger();

        private final AtomicInteger received = new AtomicInteger();

        private volatile boolean end;

        Numbers(EchoClient client) {
            this.client = client;
        }

        static byte[] of(int from, int count) {
            ByteBuffer bytes = ByteBuffer.allocate(count * Integer.BYTES);
            for (int i = 0; i < count; i++) {
                bytes.putInt(from + i);
            }
            return bytes.array();
        }

        void end() {
            this.end = true;
        }

        CompletableFuture<Void> send() {
            return run(() -> {
                while (!this.end) {
                    int count = 1 + this.random.nextInt(2000);
                    if (this.sent.get() + count - this.received.get() > MOST_ON_THEIR_WAY) {
                        LockSupport.parkNanos(100_000);
                    } else {
                        this.client.send(of(this.sent.get(), count));
                        this.sent.addAndGet(count);
                    }
                }
                this.client.halfClose();
            });
        }

        CompletableFuture<Void> receive() {
            return run(() -> {
                for (byte[] number = this.client.read(4); number.length > 0; number = this.client.read(4)) {
                    assertThat(ByteBuffer.wrap(number).getInt()).isEqualTo(this.received.getAndIncrement());
                }
            });
        }

        private static CompletableFuture<Void> run(Task task) {
            return CompletableFuture.runAsync(
                    () -> {
                        try {
                            task.run();
                        } catch (IOException ex) {
                            throw new UncheckedIOException(ex);
                        }
                    },
                    EchoClient.THREADS);
        }
    }

    @FunctionalInterface
    private interface Task {

        void run() throws IOException;
    }
}
