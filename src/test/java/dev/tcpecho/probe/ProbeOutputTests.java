package dev.tcpecho.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.tcpecho.probe.cli.ExitCode;
import dev.tcpecho.testing.RunningService;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What programs read of the probe: JSON of a schema, and a histogram. */
@Timeout(60)
class ProbeOutputTests {

    private static RunningService service;

    private static String target;

    private static Schema schema;

    private final StringWriter out = new StringWriter();

    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() throws IOException {
        service = RunningService.start();
        target = "localhost:" + service.address().getPort();
        schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(Path.of("docs/probe.schema.json")));
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private int run(String... arguments) {
        return Probe.run(new PrintWriter(this.out, true), new PrintWriter(this.err, true), arguments);
    }

    private List<String> events() {
        List<String> lines = this.out.toString().lines().toList();
        assertThat(lines)
                .allSatisfy(line ->
                        assertThat(schema.validate(line, InputFormat.JSON)).isEmpty());
        return lines;
    }

    @Test
    void everyLineOfNdjsonIsAnEventOfTheSchema() {
        assertThat(run(target, "--output", "ndjson", "--count", "3", "--size", "100"))
                .isZero();
        List<String> events = events();
        assertThat(events).hasSize(2);
        assertThat(events.get(0))
                .startsWith("{\"event\":\"start\",\"time\":\"")
                .contains("\"target\":\"" + target + "\"");
        assertThat(JsonPath.<Integer>read(events.get(1), "$.exitCode")).isZero();
        assertThat(JsonPath.<Integer>read(events.get(1), "$.bytesBack")).isEqualTo(300);
        assertThat(JsonPath.<Integer>read(events.get(1), "$.roundTripMillis.count"))
                .isEqualTo(3);
        assertThat(this.err.toString()).isEmpty();
    }

    @Test
    void jsonIsTheEndAlone() {
        assertThat(run(target, "--output", "json")).isZero();
        assertThat(events()).singleElement().asString().startsWith("{\"event\":\"end\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "ndjson"})
    void failureIsInTheEndToo(String format) {
        assertThat(run("no-such-host.invalid:1", "--output", format)).isEqualTo(ExitCode.NOT_CONNECTED);
        String end = events().get(0);
        assertThat(events()).hasSize(1);
        assertThat(JsonPath.<Integer>read(end, "$.exitCode")).isEqualTo(2);
        assertThat(JsonPath.<String>read(end, "$.error"))
                .isEqualTo("cannot connect to no-such-host.invalid:1: the host is not known");
        assertThat(this.err.toString()).isEqualTo("probe: " + JsonPath.<String>read(end, "$.error") + "\n");
    }

    @Test
    void histogramHasEveryRoundTrip(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("probe.hgrm");
        assertThat(run(target, "--count", "7", "--histogram", file.toString())).isZero();
        assertThat(Files.readString(file))
                .contains("Value     Percentile TotalCount 1/(1-Percentile)")
                .containsPattern("Total count    = +7\\]");
    }

    @Test
    void histogramThatCannotBeWrittenIsToldBeforeTheProbeConnects() {
        assertThat(run("localhost:1", "--histogram", "/no/such/file")).isEqualTo(ExitCode.BAD_USAGE);
        assertThat(this.err.toString())
                .isEqualTo("probe: --histogram is /no/such/file, but must be a file that can be written."
                        + " See probe --help.\n");
    }

    @Test
    void formThatDoesNotExistIsRefused() {
        assertThat(run(target, "--output", "xml")).isEqualTo(ExitCode.BAD_USAGE);
        assertThat(this.err.toString())
                .isEqualTo("probe: --output is xml, but must be text, json or ndjson. See probe --help.\n");
    }
}
