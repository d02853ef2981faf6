package dev.tcpecho.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What {@code probe load} said, one JSON object a line, each valid by the schema.
 *
 * @param exitCode the exit code
 * @param events the lines of the standard output
 * @param errors the standard error
 */
record LoadOutput(int exitCode, List<String> events, String errors) {

    static LoadOutput of(String arguments) throws IOException {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Probe.run(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                Stream.concat(Stream.of("load", "--output=ndjson"), Stream.of(arguments.split(" ")))
                        .toArray(String[]::new));
        Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(Path.of("docs/probe.schema.json")));
        List<String> events = out.toString().lines().toList();
        assertThat(events)
                .allSatisfy(line ->
                        assertThat(schema.validate(line, InputFormat.JSON)).isEmpty());
        return new LoadOutput(exitCode, events, err.toString());
    }

    String last() {
        return this.events.get(this.events.size() - 1);
    }

    /** Returns a figure of the last event. */
    double figure(String path) {
        return JsonPath.<Number>read(last(), "$." + path).doubleValue();
    }

    Map<String, Integer> failures() {
        return JsonPath.read(last(), "$.failures");
    }

    LoadOutput assertComplete() {
        assertThat(this.errors).isEmpty();
        assertThat(this.exitCode).isZero();
        assertThat(failures()).isEmpty();
        assertThat(figure("bytesLost")).isZero();
        assertThat(figure("connectionsComplete")).isEqualTo(figure("connectionsWanted"));
        return this;
    }
}
