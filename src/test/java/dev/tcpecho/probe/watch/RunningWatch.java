package dev.tcpecho.probe.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.tcpecho.probe.cli.Output;
import dev.tcpecho.probe.cli.OutputFormat;
import dev.tcpecho.probe.client.AddressFamily;
import dev.tcpecho.probe.client.ClientTls;
import dev.tcpecho.probe.client.ConnectSettings;
import dev.tcpecho.probe.client.Connector;
import dev.tcpecho.probe.client.Target;
import dev.tcpecho.probe.exporter.ScrapedMetrics;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A watch that runs beside a test, and what it has printed so far. */
final class RunningWatch implements AutoCloseable {

    static final Duration INTERVAL = Duration.ofMillis(50);

    private static final Schema SCHEMA = schema();

    private final StringWriter out = new StringWriter();

    private final StoppableTime time = new StoppableTime();

    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();

    private final Watch watch;

    RunningWatch(String host, int port, Duration timeout, @Nullable ClientTls tls, boolean greeting, Limits limits) {
        ConnectSettings connect =
                new ConnectSettings(new Target.Tcp(host, port), AddressFamily.ANY, timeout, null, tls);
        this.watch = new Watch(
                new WatchSettings(new Connector(connect), INTERVAL, null, 64, greeting),
                limits,
                new Output(OutputFormat.NDJSON, new PrintWriter(this.out, true), Clock.systemUTC()),
                null);
        Thread thread = new Thread(() -> {
            try {
                this.exitCode.complete(this.watch.run(this.time, null));
            } catch (Throwable ex) {
                this.exitCode.completeExceptionally(ex);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static Schema schema() {
        try {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(Files.readString(Path.of("docs/probe.schema.json")));
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private List<String> lines(String event) {
        return this.out
                .toString()
                .lines()
                .filter(line -> line.startsWith("{\"event\":\"%s\"".formatted(event)))
                .toList();
    }

    List<Found> interruptions(String clock) {
        return lines("interruption").stream()
                .map(Found::new)
                .filter(found -> found.text("clock").equals(clock))
                .toList();
    }

    Found awaitInterruption(String clock) {
        await().pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(30))
                .until(() -> !interruptions(clock).isEmpty());
        return interruptions(clock).get(0);
    }

    /** Stops it, and expects only what the schema has. */
    int stop() throws Exception {
        this.time.stop();
        int code = this.exitCode.get(30, TimeUnit.SECONDS);
        assertThat(this.out.toString().lines())
                .allSatisfy(line -> assertThat(SCHEMA.validate(line, InputFormat.JSON))
                        .as(line)
                        .isEmpty());
        return code;
    }

    /** Returns the metrics as Prometheus has them, by name and labels. */
    Map<String, Double> metrics() {
        return ScrapedMetrics.of(this.watch.metrics());
    }

    List<String> errors() {
        return this.watch.errors();
    }

    Map<String, Object> end() {
        return JsonPath.read(lines("end").get(0), "$");
    }

    @Override
    public void close() {
        this.time.stop();
    }

    /**
     * An interruption that was printed.
     *
     * @param json the event
     */
    record Found(String json) {

        String text(String name) {
            return JsonPath.read(this.json, "$." + name);
        }

        List<String> causes() {
            return JsonPath.read(this.json, "$.causes");
        }

        long number(String name) {
            return JsonPath.<Number>read(this.json, "$." + name).longValue();
        }

        Instant start() {
            return Instant.parse(text("start"));
        }

        Instant end() {
            return Instant.parse(text("end"));
        }
    }
}
