package dev.tcpecho.probe.load;

import dev.tcpecho.probe.cli.Latencies;
import dev.tcpecho.probe.cli.Units;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What happened in about a second.
 *
 * @param secondsSinceStart when it ended
 * @param seconds how long it was
 * @param connections how many connections are open
 * @param messages how many messages came back, those that are not counted too
 * @param size the bytes of a message
 * @param latencies how long those took that are counted, in nanoseconds
 * @param failures how many connections have failed since the start
 */
record LoadInterval(
        double secondsSinceStart,
        double seconds,
        int connections,
        long messages,
        int size,
        Histogram latencies,
        long failures) {

    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("secondsSinceStart", LoadReport.rounded(this.secondsSinceStart));
        fields.put("connections", this.connections);
        fields.put("messages", this.messages);
        fields.put("echoesPerSecond", LoadReport.rounded(perSecond()));
        fields.put("mebibytesPerSecond", LoadReport.mebibytes(perSecond(), this.size));
        fields.put("latencyMillis", new Latencies(this.latencies).fields());
        fields.put("failures", this.failures);
        return fields;
    }

    List<String> lines() {
        String times = (this.latencies.getTotalCount() == 0)
                ? "not counted yet"
                : "p50 %s, p99 %s"
                        .formatted(
                                Units.millis(this.latencies.getValueAtPercentile(50)),
                                Units.millis(this.latencies.getValueAtPercentile(99)));
        return List.of("%s s: %s echoes a second, %s; %s connections, %s failures"
                .formatted(
                        Math.round(this.secondsSinceStart),
                        Math.round(perSecond()),
                        times,
                        this.connections,
                        this.failures));
    }

    private double perSecond() {
        return this.messages / this.seconds;
    }
}
