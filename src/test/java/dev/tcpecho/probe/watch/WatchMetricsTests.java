package dev.tcpecho.probe.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import dev.tcpecho.probe.client.FailureCause;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The metrics of a watch while it runs, beside what it prints. */
@Timeout(60)
class WatchMetricsTests {

    private FaultyService service;

    private RunningWatch watch;

    @BeforeEach
    void start() throws IOException {
        this.service = new FaultyService();
        this.watch = new RunningWatch(
                "127.0.0.1", this.service.port(), Duration.ofSeconds(10), null, false, new Limits(null, null));
        await().pollInterval(Duration.ofMillis(5)).until(this.service::isServing);
    }

    @AfterEach
    void close() throws IOException {
        this.watch.close();
        this.service.close();
    }

    private double value(String name, String labels) {
        return this.watch.metrics().get("tcp_echo_probe_%s{%s}".formatted(name, labels));
    }

    /** Of any cause: a connect that came right before the service refused was reset. */
    private double interruptionsOfNewConnections() {
        return this.watch.metrics().entrySet().stream()
                .filter(series -> series.getKey().startsWith("tcp_echo_probe_interruptions_total{")
                        && series.getKey().contains("clock=\"new\""))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    @Test
    void interruptionIsSeenWhileItLasts() throws Exception {
        assertThat(value("interrupted", "clock=\"new\"")).isZero();
        this.service.refuse();
        await().until(() -> value("interrupted", "clock=\"new\"") == 1);
        assertThat(interruptionsOfNewConnections()).isEqualTo(1);
        assertThat(value("lost_messages_total", "clock=\"new\"")).isPositive();
        assertThat(value("interruption_seconds_count", "clock=\"new\"")).isZero();
        double lasting = value("interrupted_seconds", "clock=\"new\"");
        await().until(() -> value("interrupted_seconds", "clock=\"new\"") > lasting);
        assertThat(value("interrupted", "clock=\"established\"")).isZero();
        this.service.listenAgain();
        await().until(() -> value("interrupted", "clock=\"new\"") == 0);
        assertThat(value("interrupted_seconds", "clock=\"new\"")).isZero();
        assertThat(value("interruption_seconds_count", "clock=\"new\"")).isEqualTo(1);
        assertThat(interruptionsOfNewConnections()).isEqualTo(1);
    }

    @Test
    void metricsAreEqualToTheSummary() throws Exception {
        this.service.resetEstablished();
        this.watch.awaitInterruption("established");
        this.service.refuse();
        await().until(() -> value("interrupted", "clock=\"new\"") == 1);
        this.watch.stop();
        for (String clock : new String[] {"established", "new"}) {
            Map<String, Object> printed = JsonPath.read(this.watch.end(), "$." + clock);
            String label = "clock=\"%s\"".formatted(clock);
            assertThat(value("messages_total", label))
                    .isEqualTo(number(printed, "messages"))
                    .isPositive();
            assertThat(value("lost_messages_total", label)).isEqualTo(number(printed, "lostMessages"));
            assertThat(value("lost_bytes_total", label)).isEqualTo(number(printed, "lostBytes"));
            assertThat(value("skipped_messages_total", label)).isEqualTo(number(printed, "skipped"));
            assertThat(value("round_trip_seconds_count", label))
                    .isEqualTo(JsonPath.<Integer>read(printed, "$.roundTripMillis.count")
                            .doubleValue());
            assertThat(value("interruption_seconds_count", label))
                    .isEqualTo(number(printed, "interruptions"))
                    .isPositive();
            Map<String, Integer> causes = JsonPath.read(printed, "$.causes");
            for (FailureCause cause : FailureCause.values()) {
                assertThat(value("interruptions_total", "cause=\"%s\",%s".formatted(cause, label)))
                        .isEqualTo(causes.getOrDefault(cause.toString(), 0).doubleValue());
            }
        }
    }

    private static double number(Map<String, Object> printed, String name) {
        return ((Number) printed.get(name)).doubleValue();
    }

    @Test
    void seriesAreTheSameFromTheStart() {
        Map<String, Double> first = this.watch.metrics();
        assertThat(first.keySet().stream().filter(name -> name.startsWith("tcp_echo_probe_interruptions_total")))
                .hasSize(ClockName.values().length * FailureCause.values().length);
        this.service.refuse();
        await().until(() -> value("interrupted", "clock=\"new\"") == 1);
        assertThat(this.watch.metrics()).containsOnlyKeys(first.keySet().toArray(String[]::new));
        assertThat(Arrays.stream(ClockName.values()))
                .allSatisfy(clock -> assertThat(first)
                        .containsKey("tcp_echo_probe_lateness_seconds_sum{clock=\"%s\"}".formatted(clock)));
    }
}
