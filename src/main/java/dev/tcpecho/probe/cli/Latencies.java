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
            fields.put("min", millis(this.nanos.getMinValue()));
            fields.put("p50", millis(this.nanos.getValueAtPercentile(50)));
            fields.put("p90", millis(this.nanos.getValueAtPercentile(90)));
            fields.put("p99", millis(this.nanos.getValueAtPercentile(99)));
            fields.put("p99.9", millis(this.nanos.getValueAtPercentile(99.9)));
            fields.put("max", millis(this.nanos.getMaxValue()));
        }
        return fields;
    }

    private static double millis(long nanos) {
        return Math.round(nanos / 1e3) / 1e3;
    }
}
