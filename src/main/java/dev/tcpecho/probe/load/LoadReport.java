package dev.tcpecho.probe.load;

import dev.tcpecho.probe.cli.Latencies;
import dev.tcpecho.probe.cli.Units;
import dev.tcpecho.probe.client.FailureCause;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/**
 * Says what a load found, to people and to programs.
 *
 * @param plan what it was to be
 * @param figures what it measured
 */
record LoadReport(LoadPlan plan, LoadFigures figures) {

    private static final double MEBIBYTE = 1024 * 1024;

    /** Returns bytes a second of messages a second, in MiB. */
    static double mebibytes(double messagesPerSecond, int size) {
        return rounded(messagesPerSecond * size / MEBIBYTE);
    }

    static double rounded(double value) {
        return Math.round(value * 1e3) / 1e3;
    }

    static Map<String, Object> failures(Map<FailureCause, Long> failures) {
        Map<String, Object> fields = new LinkedHashMap<>();
        failures.forEach((cause, count) -> fields.put(cause.toString(), count));
        return fields;
    }

    private int connectionsWanted() {
        return this.plan.reconnects() ? this.figures.sum().begunConnections() : this.plan.connections();
    }

    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("seconds", rounded(this.figures.seconds()));
        fields.put("connectionsWanted", connectionsWanted());
        fields.put("connectionsOpened", this.figures.sum().openedConnections());
        fields.put("connectionsComplete", this.figures.sum().completeConnections());
        fields.put("messages", this.figures.messages());
        fields.put("bytes", this.figures.messages() * this.plan.size());
        fields.put("echoesPerSecond", rounded(this.figures.messagesPerSecond()));
        fields.put("mebibytesPerSecond", mebibytes(this.figures.messagesPerSecond(), this.plan.size()));
        fields.put("latencyMillis", new Latencies(this.figures.sum().latencies()).fields());
        if (this.plan.isPaced()) {
            fields.put(
                    "latencySinceSentMillis", new Latencies(this.figures.sum().latenciesSinceSent()).fields());
            fields.put("messagesUnsent", this.figures.sum().unsent());
        }
        fields.put("connectMillis", new Latencies(this.figures.sum().connects()).fields());
        if (this.figures.sum().handshakes().getTotalCount() > 0) {
            fields.put("handshakeMillis", new Latencies(this.figures.sum().handshakes()).fields());
        }
        fields.put("bytesLost", this.figures.sum().bytesLost());
        fields.put("failures", failures(this.figures.sum().failures()));
        return fields;
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("connections: %s of %s opened, %s complete; to connect: %s"
                .formatted(
                        this.figures.sum().openedConnections(),
                        connectionsWanted(),
                        this.figures.sum().completeConnections(),
                        times(this.figures.sum().connects())));
        if (this.figures.sum().handshakes().getTotalCount() > 0) {
            lines.add("TLS handshakes: " + times(this.figures.sum().handshakes()));
        }
        lines.add("%s echoes of %s bytes in %s s: %s a second, %s MiB a second"
                .formatted(
                        this.figures.messages(),
                        this.plan.size(),
                        fixed(this.figures.seconds()),
                        Math.round(this.figures.messagesPerSecond()),
                        fixed(mebibytes(this.figures.messagesPerSecond(), this.plan.size()))));
        if (this.plan.isPaced()) {
            lines.add("latency since the planned time: "
                    + times(this.figures.sum().latencies()));
            lines.add("latency since a message was sent: "
                    + times(this.figures.sum().latenciesSinceSent()));
            if (this.figures.sum().unsent() > 0) {
                lines.add("messages whose time had come, and that were not sent: "
                        + this.figures.sum().unsent());
            }
        } else {
            lines.add("latency: " + times(this.figures.sum().latencies()));
        }
        lines.add("bytes lost: %s; failures: %s".formatted(this.figures.sum().bytesLost(), failuresForPeople()));
        return lines;
    }

    private String failuresForPeople() {
        return this.figures.sum().failures().isEmpty()
                ? "none"
                : this.figures.sum().failures().entrySet().stream()
                        .map(failure -> "%s %s".formatted(failure.getKey(), failure.getValue()))
                        .collect(Collectors.joining(", "));
    }

    private static String times(Histogram nanos) {
        return (nanos.getTotalCount() == 0)
                ? "none"
                : "p50 %s, p90 %s, p99 %s, p99.9 %s, max %s"
                        .formatted(
                                Units.millis(nanos.getValueAtPercentile(50)),
                                Units.millis(nanos.getValueAtPercentile(90)),
                                Units.millis(nanos.getValueAtPercentile(99)),
                                Units.millis(nanos.getValueAtPercentile(99.9)),
                                Units.millis(nanos.getMaxValue()));
    }

    private static String fixed(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
