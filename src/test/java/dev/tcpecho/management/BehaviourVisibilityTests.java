package dev.tcpecho.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.server.EchoClient;
import dev.tcpecho.testing.RunningService;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.json.BasicJsonTester;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Where behaviours are seen: metrics, health, the log and the list of connections. */
@ExtendWith(OutputCaptureExtension.class)
class BehaviourVisibilityTests {

    private static final String PLAIN = "/actuator/behaviours/plain";

    private static final Pattern VERSION = Pattern.compile("version (\\d+)");

    private final BasicJsonTester json = new BasicJsonTester(getClass());

    private static RunningService service;

    private static List<String> seriesAtTheStart;

    private Map<String, Double> actsBefore;

    private int version;

    @BeforeAll
    static void start() throws Exception {
        service = RunningService.startSwitchable("echo.listeners.other.port=0", "echo.drain.timeout=0s");
        seriesAtTheStart = series();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @BeforeEach
    void begin() throws Exception {
        this.version = (Integer) service.delete(PLAIN).json().get("version");
        await().until(() -> service.server().connections().isEmpty());
        this.actsBefore = acts();
    }

    private static List<String> series() throws Exception {
        return service.get("/actuator/prometheus")
                .body()
                .lines()
                .filter(line -> line.startsWith("echo_") && !line.contains("listener=\"other\""))
                .toList();
    }

    private static Map<String, Double> acts() throws Exception {
        return series().stream()
                .filter(line -> line.startsWith("echo_behaviour_acts_total{"))
                .collect(Collectors.toMap(
                        line -> line.replaceAll(".*behaviour=\"([^\"]*)\".*", "$1"),
                        line -> Double.valueOf(line.replaceAll(".* ", ""))));
    }

    /** What was done since the test began. */
    private Map<String, Double> newActs() throws Exception {
        Map<String, Double> acts = acts();
        acts.replaceAll((behaviour, count) -> count - this.actsBefore.get(behaviour));
        acts.values().removeIf(count -> count == 0);
        return acts;
    }

    private EchoClient connect() throws IOException {
        return EchoClient.connect(service.address());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "refuse",
                "corrupt",
                "delay",
                "rate",
                "chunk",
                "stall-after",
                "greeting",
                "close-after",
                "reset-after"
            })
    void theCounterOfEachBehaviourIsThereFromTheStart(String behaviour) {
        assertThat(seriesAtTheStart)
                .contains("echo_behaviour_acts_total{behaviour=\"%s\",listener=\"plain\"} 0.0".formatted(behaviour));
        assertThat(this.actsBefore).hasSize(9);
    }

    @Test
    void theOtherSeriesAreThereFromTheStart() {
        assertThat(seriesAtTheStart)
                .contains(
                        "echo_behaviours_active{listener=\"plain\"} 0.0",
                        "echo_connections_closed_total{listener=\"plain\",reason=\"behaviour\"} 0.0",
                        "echo_connections_rejected_total{listener=\"plain\",reason=\"behaviour\"} 0.0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"corrupt": "1B"}                      | corrupt     | 5
                    {"delay": "1ms"}                       | delay       | 1
                    {"chunk": "2B"}                        | chunk       | 3
                    {"stall-after": "5B"}                  | stall-after | 1
                    {"greeting": "{connection}"}           | greeting    | 1
                    {"close-after": "10B"}                 | close-after | 1
                    {"reset-after": "100ms"}               | reset-after | 1
                    """)
    void whatABehaviourDoesIsCounted(String set, String behaviour, double count) throws Exception {
        assertThat(service.post(PLAIN, set).status()).isEqualTo(200);
        try (EchoClient client = connect()) {
            client.send(new byte[5]);
            assertThat(client.read(5)).hasSize(5);
            if (behaviour.equals("stall-after")) {
                client.send(new byte[1]);
            }
            await().untilAsserted(() -> assertThat(newActs()).isEqualTo(Map.of(behaviour, count)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"close-after", "reset-after"})
    void connectionsThatABehaviourEndsHaveThatReason(String behaviour) throws Exception {
        double before = closedByBehaviours();
        service.post(PLAIN, "{\"%s\": \"1ms\"}".formatted(behaviour));
        try (EchoClient client = connect()) {
            await().untilAsserted(() -> assertThat(newActs()).isEqualTo(Map.of(behaviour, 1.0)));
            assertThat(client).isNotNull();
        }
        await().untilAsserted(() -> assertThat(closedByBehaviours()).isEqualTo(before + 1));
    }

    private static double closedByBehaviours() throws Exception {
        return series().stream()
                .filter(line ->
                        line.startsWith("echo_connections_closed_total{listener=\"plain\",reason=\"behaviour\"} "))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll(".* ", "")))
                .sum();
    }

    @Test
    void writesThatWaitForTheirTurnAreCounted() throws Exception {
        service.post(PLAIN, "{\"rate\": \"1000B\"}");
        try (EchoClient client = connect()) {
            client.send(new byte[50]);
            assertThat(client.read(50)).hasSize(50);
            // Pieces of 10 bytes, of which the first goes at once, and another makes up for lateness.
            assertThat(newActs())
                    .containsOnlyKeys("rate")
                    .extractingByKey("rate")
                    .satisfies(count -> assertThat(count).isBetween(1.0, 4.0));
        }
    }

    @Test
    void refusedConnectionsAreCounted() throws Exception {
        service.post(PLAIN, "{\"refuse\": 1}");
        for (int i = 0; i < 3; i++) {
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> {
                try (EchoClient client = connect()) {
                    client.send(new byte[1]);
                    client.read(1);
                }
            });
        }
        assertThat(newActs()).isEqualTo(Map.of("refuse", 3.0));
        assertThat(series()).contains("echo_connections_rejected_total{listener=\"plain\",reason=\"behaviour\"} 3.0");
        service.post(PLAIN, "{\"refuse\": \"close-port\"}");
        assertThat(newActs()).isEqualTo(Map.of("refuse", 4.0));
    }

    @Test
    void theGaugeIsOneWhileAnyBehaviourIsInForce() throws Exception {
        assertActive(0);
        service.post(PLAIN, "{\"delay\": \"1ms\"}");
        assertActive(1);
        service.post(PLAIN, "{}");
        assertActive(0);
        service.post(PLAIN, "{\"refuse\": 0.5}");
        assertActive(1);
        service.delete(PLAIN);
        assertActive(0);
        service.post(PLAIN, "{\"delay\": \"1ms\", \"duration\": \"300ms\"}");
        assertActive(1);
        await().untilAsserted(() -> assertActive(0));
    }

    private static void assertActive(double value) throws Exception {
        assertThat(series()).contains("echo_behaviours_active{listener=\"plain\"} " + value);
    }

    @Test
    void healthTellsTheBehavioursOfAListenerThatHasAny() throws Exception {
        String plain = "components.echo.details.listeners.plain";
        assertThat(this.json.from(service.get("/actuator/health").body()))
                .extractingJsonPathMapValue(plain)
                .containsOnlyKeys("address", "port");
        service.post(PLAIN, "{\"chunk\": \"10B\"}");
        assertThat(this.json.from(service.get("/actuator/health").body()))
                .hasJsonPathValue(plain + ".behaviours.chunk[?(@.size == '10B')]")
                .extractingJsonPathMapValue("components.echo.details.listeners.other")
                .containsOnlyKeys("address", "port");
        assertThat(this.json.from(service.get("/actuator/health").body()))
                .extractingJsonPathValue("components.echo.status")
                .isEqualTo("UP");
        service.delete(PLAIN);
        assertThat(this.json.from(service.get("/actuator/health").body()))
                .extractingJsonPathMapValue(plain)
                .containsOnlyKeys("address", "port");
    }

    @Test
    void theListOfConnectionsTellsWhatWasDrawnForEach() throws Exception {
        service.post(PLAIN, """
                {"seed": 1, "delay": "1ms", "chunk": {"size": "1KB", "probability": 0.5},
                 "rate": {"bytes-per-second": "1GB", "probability": 0}}
                """);
        List<EchoClient> clients = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            clients.add(echo());
        }
        Map<String, Double> acts = newActs();
        assertThat(acts).containsOnlyKeys("delay", "chunk").containsEntry("delay", 30.0);
        assertThat(drawn())
                .hasSize(30)
                .containsOnly(List.of("delay"), List.of("delay", "chunk"))
                .filteredOn(behaviours -> behaviours.contains("chunk"))
                .hasSize(acts.get("chunk").intValue());
        service.post(PLAIN, "{\"apply\": \"all\"}");
        await().untilAsserted(() -> assertThat(drawn()).hasSize(30).containsOnly(List.of()));
        for (EchoClient client : clients) {
            client.close();
        }
    }

    @SuppressWarnings("unchecked")
    private static List<List<String>> drawn() throws Exception {
        List<Map<String, Object>> connections = (List<Map<String, Object>>)
                service.get("/actuator/connections").json().get("connections");
        return connections.stream()
                .map(connection -> (List<String>) connection.get("behaviours"))
                .toList();
    }

    private EchoClient echo() throws IOException {
        EchoClient client = connect();
        client.send(new byte[] {1});
        assertThat(client.read(1)).containsExactly(1);
        return client;
    }

    @Test
    void aSwitchIsToldInOneLineAndWhatWasDoneUntilThenInAnother(CapturedOutput output) throws Exception {
        try (EchoClient client = echo()) {
            int before = output.length();
            service.post(PLAIN, "{\"corrupt\": \"1B\", \"seed\": 5, \"apply\": \"all\"}");
            await().until(() ->
                    service.server().connections().get(0).behaviours().contains("corrupt"));
            client.send(new byte[3]);
            assertThat(client.read(3)).hasSize(3);
            service.post(PLAIN, "{\"greeting\": \"a\\nb\", \"seed\": 6}");
            String end = (String) service.post(
                            PLAIN,
                            "{\"refuse\": \"close-port\", \"seed\": 7, \"apply\": \"all\", \"duration\": \"200ms\"}")
                    .json()
                    .get("ends");
            await().untilAsserted(
                            () -> assertThat(service.get(PLAIN).json()).containsEntry("version", this.version + 4));
            service.delete(PLAIN);
            assertThat(output.toString().substring(before).lines().map(this::withoutHeadAndWithTheVersionsOfThisTest))
                    .containsExactly(
                            "Echo behaviours on plain, version +1: {seed=5, corrupt={one-bit-in=1B, probability=1.0}}"
                                    + " with seed 5; for new connections and open ones (1)",
                            "Echo behaviours acted on plain: corrupt 3",
                            "Echo behaviours on plain, version +2: {seed=6, greeting={text=a\\nb, format=text, probability=1.0}}"
                                    + " with seed 6; for new connections",
                            "Echo behaviours on plain, version +3: {seed=7, refuse={share=1.0, mode=close-port}}"
                                    + " with seed 7; for new connections and open ones (1), until " + end,
                            "Echo behaviours acted on plain: refuse 1",
                            "Echo behaviours on plain, version +4: {seed=6, greeting={text=a\\nb, format=text, probability=1.0}}"
                                    + " with seed 6; for new connections and open ones (1), as the time of version +3 is over",
                            "Echo behaviours on plain, version +5: none; for new connections and open ones (1)");
        }
    }

    private String withoutHeadAndWithTheVersionsOfThisTest(String line) {
        return VERSION.matcher(line.replaceAll("^.* : ", ""))
                .replaceAll(match -> "version +" + (Integer.parseInt(match.group(1)) - this.version));
    }

    @Test
    void wrongInputIsNotLogged(CapturedOutput output) throws Exception {
        int before = output.length();
        service.post(PLAIN, "{\"delay\": \"soon\"}");
        assertThat(output.toString().substring(before)).isEmpty();
    }
}
