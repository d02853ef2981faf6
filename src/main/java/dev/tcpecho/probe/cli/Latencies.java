package dev.tcpecho.probe.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Times that a command measured, as fields of an event.
 *
 * @param nanos the times in nanoseconds
 */
public record Latencies(Histogram nanos) {

    /** Returns how many there are, and some of them in milliseconds. */
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("count", this.nanos.getTotalCount());
        if (this.nanos.getTotalCount() > 0) {
            fields.put("min", Units.roundedMillis(this.nanos.getMinValue()));
            fields.put("p50", Units.roundedMillis(this.nanos.getValueAtPercentile(50)));
            fields.put("p90", Units.roundedMillis(this.nanos.getValueAtPercentile(90)));
            fields.put("p99", Units.roundedMillis(this.nanos.getValueAtPercentile(99)));
            fields.put("p99.9", Units.roundedMillis(this.nanos.getValueAtPercentile(99.9)));
            fields.put("max", Units.roundedMillis(this.nanos.getMaxValue()));
        }
        return fields;
    }
}
