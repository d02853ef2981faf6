package dev.tcpecho.probe.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Times that a command measured, as fields of an event.
 *
 * @param nanos the times in nanoseconds
 */
public record Latencies(Histogram nanos) {

    /**
     * Describes the round trips of messages in one line, or in none if there were none.
     *
     * @param size the bytes of a message
     */
    public List<String> roundTripsForPeople(long size) {
        return (this.nanos.getTotalCount() == 0)
                ? List.of()
                : List.of("round trips of %s bytes: %s, min %s, median %s, p99 %s, max %s"
                        .formatted(
                                size,
                                this.nanos.getTotalCount(),
                                Units.millis(this.nanos.getMinValue()),
                                Units.millis(this.nanos.getValueAtPercentile(50)),
                                Units.millis(this.nanos.getValueAtPercentile(99)),
                                Units.millis(this.nanos.getMaxValue())));
    }

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
