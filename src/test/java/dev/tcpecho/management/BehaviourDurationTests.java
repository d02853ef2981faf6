package dev.tcpecho.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.echo.OpenConnection;
import dev.tcpecho.server.EchoClient;
import dev.tcpecho.testing.RunningService;
import dev.tcpecho.testing.RunningService.Answer;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Sets that last for a while: the former one returns by itself. */
@ExtendWith(OutputCaptureExtension.class)
class BehaviourDurationTests {

    private static final String PLAIN = "/actuator/behaviours/plain";

    private static RunningService service;

    private int version;

    @BeforeAll
    static void start() {
        service = RunningService.startSwitchable("echo.drain.timeout=0s");
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @BeforeEach
    void begin() throws Exception {
        this.version = (Integer) service.delete(PLAIN).json().get("version");
        await().until(() -> service.server().connections().isEmpty());
    }

    private static Answer post(String behaviour, String reach, String duration) throws Exception {
        return service.post(
                PLAIN, "{%s, \"apply\": \"%s\", \"duration\": \"%s\"}".formatted(behaviour, reach, duration));
    }

    private static Instant ends(Answer answer) {
        return Instant.parse((String) answer.json().get("ends"));
    }

    private static boolean isOver(Instant end) {
        return Instant.now().isAfter(end);
    }

    private static boolean isOnlyConnectionDelayed() {
        return service.server().connections().stream()
                .map(OpenConnection::behaviours)
                .toList()
                .equals(List.of(List.of("delay")));
    }

    private void awaitVersion(int switches) {
        await().untilAsserted(
                        () -> assertThat(service.get(PLAIN).json()).containsEntry("version", this.version + switches));
    }

    private static void assertInForce(String behaviour) throws Exception {
        assertThat(service.get(PLAIN).json())
                .extractingByKey("behaviours")
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsOnlyKeys(behaviour.isEmpty() ? new Object[0] : new Object[] {behaviour});
    }

    private static EchoClient connect() throws IOException {
        EchoClient client = EchoClient.connect(service.address());
        client.send(new byte[] {1});
        return client;
    }

    private static void awaitBehaviours(List<String> first, List<String> second) {
        await().untilAsserted(() -> assertThat(service.server().connections())
                .extracting(OpenConnection::behaviours)
                .containsExactlyInAnyOrder(first, second));
    }

    @Test
    void theFormerSetReturnsByItself() throws Exception {
        try (EchoClient client = connect()) {
            assertThat(client.read(1)).containsExactly(1);
            Answer answer = post("\"delay\": \"1h\"", "all", "300ms");
            assertThat(answer.json()).containsEntry("connections", 1);
            client.send(new byte[] {2, 3});
            assertThat(client.read(2)).containsExactly(2, 3);
            assertThat(Instant.now()).isAfterOrEqualTo(ends(answer));
            assertThat(service.get(PLAIN).json())
                    .containsEntry("version", this.version + 2)
                    .containsEntry("behaviours", Map.of())
                    .containsEntry("ends", null);
        }
    }

    @Test
    void theAnswerComesWhenTheOpenConnectionsHaveSwitched() throws Exception {
        try (EchoClient client = connect()) {
            assertThat(client.read(1)).containsExactly(1);
            CountDownLatch busy = new CountDownLatch(1);
            service.eventLoops().forEach(eventLoop -> eventLoop.execute(() -> awaitUninterruptibly(busy)));
            AtomicBoolean freed = new AtomicBoolean();
            CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS, EchoClient.THREADS)
                    .execute(() -> {
                        freed.set(true);
                        busy.countDown();
                    });
            post("\"delay\": \"1ms\"", "all", "1m");
            assertThat(freed).isTrue();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void itReturnsOnConnectionsThatWereAcceptedMeanwhileToo() throws Exception {
        try (EchoClient open = connect()) {
            assertThat(open.read(1)).containsExactly(1);
            post("\"delay\": \"1h\"", "new", "300ms");
            try (EchoClient client = connect()) {
                awaitBehaviours(List.of(), List.of("delay"));
                assertThat(client.read(1)).containsExactly(1);
                awaitBehaviours(List.of(), List.of());
            }
        }
    }

    @Test
    void aShorterSetGivesWayToTheLongerOne() throws Exception {
        try (EchoClient client = connect()) {
            assertThat(client.read(1)).containsExactly(1);
            Instant end = ends(post("\"delay\": \"1h\"", "all", "2s"));
            post("\"rate\": \"1GB\"", "all", "100ms");
            awaitVersion(3);
            // The open connection follows a moment later.
            await().until(() -> isOver(end) || isOnlyConnectionDelayed());
            if (!isOver(end.minusMillis(100))) {
                assertInForce("delay");
                assertThat(service.get(PLAIN).json()).containsEntry("ends", end.toString());
            }
            client.send(new byte[] {2});
            assertThat(client.read(1)).containsExactly(2);
            assertThat(Instant.now()).isAfterOrEqualTo(end);
            assertInForce("");
            awaitVersion(4);
        }
    }

    @Test
    void aLongerSetOutlivesTheShorterOne() throws Exception {
        Instant end = ends(post("\"delay\": \"1h\"", "all", "1s"));
        Instant longEnd = ends(post("\"rate\": \"1GB\"", "all", "2s"));
        assertThat(longEnd).isAfter(end);
        awaitVersion(3);
        assertThat(Instant.now()).isAfterOrEqualTo(longEnd);
        assertInForce("");
    }

    @Test
    void aSetThatIsReplacedForGoodDoesNotReturnAnother() throws Exception {
        Instant end = ends(post("\"delay\": \"1h\"", "all", "1s"));
        service.post(PLAIN, "{\"rate\": \"1GB\", \"apply\": \"all\"}");
        await().until(() -> isOver(end.plusMillis(200)));
        assertInForce("rate");
        awaitVersion(2);
    }

    @Test
    void deleteEndsTheTimeOfAllSets() throws Exception {
        Instant end = ends(post("\"delay\": \"1h\"", "all", "1s"));
        post("\"rate\": \"1GB\"", "all", "500ms");
        service.delete(PLAIN);
        await().until(() -> isOver(end.plusMillis(200)));
        assertInForce("");
        awaitVersion(3);
    }

    /** The set in the meantime is for new connections: it does not keep the open ones from their end. */
    @Test
    void openConnectionsGoBackInTimeWhateverIsInForceForNewOnes(CapturedOutput output) throws Exception {
        try (EchoClient open = connect()) {
            assertThat(open.read(1)).containsExactly(1);
            Instant end = ends(post("\"delay\": \"1h\"", "all", "2s"));
            service.post(PLAIN, "{\"stall-after\": \"1B\"}");
            try (EchoClient client = connect()) {
                awaitBehaviours(List.of("delay"), List.of("stall-after"));
                open.send(new byte[] {2});
                assertThat(open.read(1)).containsExactly(2);
                assertThat(Instant.now()).isAfterOrEqualTo(end);
                awaitBehaviours(List.of(), List.of("stall-after"));
                assertInForce("stall-after");
                awaitVersion(2);
                assertThat(output)
                        .containsOnlyOnce(
                                "Echo behaviours on plain: none; for open connections (1), as the time of version %s is over"
                                        .formatted(this.version + 1));
                assertThat(client.read(1)).containsExactly(1);
            }
        }
    }

    @Test
    void openConnectionsGoBackToALongerSetAndThenToNone() throws Exception {
        try (EchoClient open = connect()) {
            assertThat(open.read(1)).containsExactly(1);
            Instant end = ends(post("\"delay\": \"1h\"", "all", "2s"));
            post("\"rate\": \"1GB\"", "all", "1s");
            service.post(PLAIN, "{\"stall-after\": \"1B\"}");
            open.send(new byte[] {2});
            assertThat(open.read(1)).containsExactly(2);
            await().until(() -> isOver(end) || isOnlyConnectionDelayed());
            open.send(new byte[] {3});
            assertThat(open.read(1)).containsExactly(3);
            await().untilAsserted(() -> assertThat(service.server().connections())
                    .extracting(OpenConnection::behaviours)
                    .containsExactly(List.of()));
            awaitVersion(3);
        }
    }

    /** Each that is longer than the former one forgets it, so that only shorter ones lie on each other. */
    @ParameterizedTest
    @CsvSource({"new, 1000", "all, -1"})
    void aHundredSetsLastForAWhileAtMost(String reach, int step) throws Exception {
        for (int i = 0; i < 100; i++) {
            assertThat(post("\"delay\": \"1ms\"", reach, (3600 + i * step) + "s")
                            .status())
                    .isEqualTo(200);
        }
        Answer refused = post("\"delay\": \"2ms\"", reach, "60s");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json())
                .isEqualTo(Map.of(
                        "error", "plain has 100 sets of behaviours whose duration is not over.",
                        "action", "Send DELETE to go back to the configuration, or wait."));
        assertThat(service.get(PLAIN).json()).containsEntry("version", this.version + 100);
        service.delete(PLAIN);
        assertThat(post("\"delay\": \"2ms\"", reach, "60s").status()).isEqualTo(200);
    }
}
