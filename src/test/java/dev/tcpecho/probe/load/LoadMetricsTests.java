package dev.tcpecho.probe.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tcpecho.probe.client.AddressFamily;
import dev.tcpecho.probe.client.ConnectSettings;
import dev.tcpecho.probe.client.Connector;
import dev.tcpecho.probe.client.FailureCause;
import dev.tcpecho.probe.client.Target;
import dev.tcpecho.probe.exporter.ScrapedMetrics;
import dev.tcpecho.testing.RunningService;
import dev.tcpecho.transport.Transport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The metrics of a load while it runs, beside its report. */
@Timeout(60)
class LoadMetricsTests {

    private static final String PREFIX = "tcp_echo_probe_load_";

    private static final int CONNECTIONS = 5;

    private static final int SIZE = 300;

    private static RunningService service;

    @BeforeAll
    static void start() {
        service = RunningService.start("echo.limits.connections-per-address=4");
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    /** Of 5 connections of which the service refuses all but 4. */
    private LoadFigures load(int rate, List<Map<String, Double>> scrapes) throws Exception {
        Duration timeout = Duration.ofSeconds(10);
        Target target = Target.of(service.address());
        Connector connector = new Connector(new ConnectSettings(target, AddressFamily.ANY, timeout, null, null));
        LoadPlan plan = new LoadPlan(
                CONNECTIONS, rate, 0, Duration.ofMillis(1500), Duration.ofMillis(200), SIZE, 1, timeout, false);
        LoadRun run = new LoadRun(new LoadSettings(connector, plan, Transport.NIO, 2), new CompletableFuture<>());
        try (run) {
            run.connect();
            scrapes.add(ScrapedMetrics.of(run.metrics()));
            run.load(interval -> scrapes.add(ScrapedMetrics.of(run.metrics())));
        }
        scrapes.add(ScrapedMetrics.of(run.metrics()));
        return run.figures();
    }

    @Test
    void metricsAreEqualToTheReport() throws Exception {
        List<Map<String, Double>> scrapes = new ArrayList<>();
        LoadFigures figures = load(200, scrapes);
        LoopFigures sum = figures.sum();
        Map<String, Double> last = scrapes.get(scrapes.size() - 1);
        assertThat(last)
                .containsEntry(PREFIX + "echoes_total", (double) figures.messages())
                .containsEntry(PREFIX + "echoed_bytes_total", (double) figures.messages() * SIZE)
                .containsEntry(PREFIX + "lost_bytes_total", (double) sum.bytesLost())
                .containsEntry(PREFIX + "unsent_messages_total", (double) sum.unsent())
                .containsEntry(PREFIX + "connections_wanted", (double) CONNECTIONS)
                .containsEntry(PREFIX + "connections_active", 0.0)
                .containsEntry(PREFIX + "connections_opened_total", (double) sum.openedConnections())
                .containsEntry(PREFIX + "connections_completed_total", (double) sum.completeConnections())
                .containsEntry(PREFIX + "latency_seconds_count", (double)
                        sum.latencies().getTotalCount())
                .containsEntry(PREFIX + "round_trip_seconds_count", (double)
                        sum.latenciesSinceSent().getTotalCount())
                .containsEntry(PREFIX + "connect_seconds_count", (double)
                        sum.connects().getTotalCount())
                .containsEntry(PREFIX + "tls_handshake_seconds_count", 0.0);
        assertThat(figures.messages()).isPositive();
        assertThat(sum.failures()).isNotEmpty();
        for (FailureCause cause : FailureCause.values()) {
            assertThat(last)
                    .containsEntry(
                            "%sconnection_failures_total{cause=\"%s\"}".formatted(PREFIX, cause),
                            sum.failures().getOrDefault(cause, 0L).doubleValue());
        }
        assertThat(last.get(PREFIX + "round_trip_seconds_sum"))
                .isCloseTo(sum.latenciesSinceSent().getMean() * figures.messages() / 1e9, within(0.05));
    }

    @Test
    void metricsAreThereWhileItRuns() throws Exception {
        List<Map<String, Double>> scrapes = new ArrayList<>();
        load(0, scrapes);
        assertThat(scrapes.get(0)).containsEntry(PREFIX + "echoes_total", 0.0);
        Map<String, Double> running = scrapes.get(1);
        assertThat(running).containsEntry(PREFIX + "connections_active", 4.0);
        assertThat(running.get(PREFIX + "echoes_total")).isPositive();
        assertThat(running.get(PREFIX + "latency_seconds_sum"))
                .isEqualTo(running.get(PREFIX + "round_trip_seconds_sum"))
                .isPositive();
        assertThat(scrapes).allSatisfy(scrape -> assertThat(scrape).containsOnlyKeys(running.keySet()));
    }

    @Test
    void documentHasEveryMetricAndNoOther() throws Exception {
        List<Map<String, Double>> scrapes = new ArrayList<>();
        load(200, scrapes);
        Set<String> documented = Pattern.compile("(?m)^[|] `(tcp_echo_probe_load_\\w+)` [|]")
                .matcher(Files.readString(Path.of("docs/probe.md")))
                .results()
                .map(result -> result.group(1))
                .collect(Collectors.toSet());
        assertThat(scrapes.get(0).keySet().stream()
                        .map(series -> series.replaceAll("[{].*", "").replaceAll("_(bucket|count|sum)$", ""))
                        .filter(name -> name.startsWith(PREFIX))
                        .collect(Collectors.toSet()))
                .isEqualTo(documented);
    }
}
