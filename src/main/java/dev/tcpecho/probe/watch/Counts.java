package dev.tcpecho.probe.watch;

import dev.tcpecho.probe.cli.Latencies;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** What became of the messages of one clock, in a second or in the whole run. */
final class Counts {

    private final Histogram roundTrips = new Histogram(3);

    private long messages;

    private long lost;

    private long lostBytes;

    private long skipped;

    private long latenessNanos;

    void echoed(long roundTripNanos) {
        this.messages++;
        this.roundTrips.recordValue(Math.max(0, roundTripNanos));
    }

    void lost(long bytes) {
        this.messages++;
        this.lost++;
        this.lostBytes += bytes;
    }

    void skipped(long ticks) {
        this.skipped += ticks;
    }

    void late(long nanos) {
        this.latenessNanos = Math.max(this.latenessNanos, nanos);
    }

    long messages() {
        return this.messages;
    }

    long lost() {
        return this.lost;
    }

    long lostBytes() {
        return this.lostBytes;
    }

    /** Returns how many messages were not sent, because this client came to them too late. */
    long skipped() {
        return this.skipped;
    }

    long latenessNanos() {
        return this.latenessNanos;
    }

    Histogram roundTrips() {
        return this.roundTrips;
    }

    /** Returns them as fields of an event. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("messages", this.messages);
        fields.put("lostMessages", this.lost);
        fields.put("lostBytes", this.lostBytes);
        fields.put("skipped", this.skipped);
        fields.put("latenessMillis", Math.round(this.latenessNanos / 1e3) / 1e3);
        fields.put("roundTripMillis", new Latencies(this.roundTrips).fields());
        return fields;
    }
}
