package dev.tcpecho.probe.watch;

import dev.tcpecho.probe.cli.Event;
import dev.tcpecho.probe.cli.Event.Type;
import dev.tcpecho.probe.cli.Units;
import dev.tcpecho.probe.client.FailureCause;
import dev.tcpecho.probe.exporter.MetricsServer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/** What a watch says, as the schema has it and for people. */
final class Events {

    private static final String COMMAND = "watch";

    private Events() {}

    static Event start(WatchSettings settings, @Nullable EchoSession session, @Nullable MetricsServer server) {
        String target = settings.connector().settings().target().toString();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("command", COMMAND);
        fields.put("target", target);
        fields.put("intervalMillis", Units.roundedMillis(settings.interval().toNanos()));
        fields.put("timeoutMillis", Units.roundedMillis(settings.timeout().toNanos()));
        fields.put("size", settings.size());
        List<String> lines = new ArrayList<>();
        if (server != null) {
            fields.putAll(server.fields());
            lines.add(server.description());
        }
        if (session != null) {
            fields.put("connection", session.connection().fields());
            lines.add(session.connection().description());
        }
        lines.add("watching %s with %s bytes every %s, on a connection that stays and on new ones"
                .formatted(target, settings.size(), print(settings.interval())));
        return new Event(Type.START, fields, lines);
    }

    static Event interval(Counts established, Counts fresh) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("command", COMMAND);
        fields.put(ClockName.ESTABLISHED.toString(), established.fields());
        fields.put(ClockName.NEW.toString(), fresh.fields());
        return new Event(Type.INTERVAL, fields, List.of());
    }

    static Event interruption(Interruption interruption) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("command", COMMAND);
        fields.putAll(fields(interruption));
        return new Event(Type.INTERRUPTION, fields, List.of(line(interruption)));
    }

    private static Map<String, Object> fields(Interruption interruption) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("clock", interruption.clock().toString());
        fields.put("start", interruption.start().toString());
        fields.put("end", interruption.end().toString());
        fields.put("lasting", interruption.lasting());
        fields.put("millis", Units.roundedMillis(interruption.nanos()));
        fields.put("cause", interruption.cause().toString());
        fields.put(
                "causes",
                interruption.causes().stream().map(FailureCause::toString).toList());
        fields.put("error", interruption.sentence());
        fields.put("lostMessages", interruption.lostMessages());
        fields.put("lostBytes", interruption.lostBytes());
        if (!interruption.servedBefore().isEmpty()) {
            fields.put("servedBefore", interruption.servedBefore());
        }
        if (!interruption.servedAfter().isEmpty()) {
            fields.put("servedAfter", interruption.servedAfter());
        }
        fields.put("latenessMillis", Units.roundedMillis(interruption.latenessNanos()));
        fields.put("clientLate", interruption.isClientLate());
        return fields;
    }

    private static String line(Interruption interruption) {
        StringBuilder line = new StringBuilder("%s %s: %s for %s, %s; messages lost: %s (%s bytes)"
                .formatted(
                        time(interruption.start()),
                        interruption.clock().description(),
                        interruption.lasting() ? "interrupted, and still so at the end," : "interrupted",
                        Units.millis(interruption.nanos()),
                        interruption.causes().stream()
                                .map(FailureCause::toString)
                                .collect(Collectors.joining(", then ")),
                        interruption.lostMessages(),
                        interruption.lostBytes()));
        if (!interruption.servedBefore().isEmpty()
                || !interruption.servedAfter().isEmpty()) {
            line.append("; served by %s before, and %s after"
                    .formatted(nobodyIfEmpty(interruption.servedBefore()), nobodyIfEmpty(interruption.servedAfter())));
        }
        line.append("; ").append(interruption.sentence());
        if (interruption.isClientLate()) {
            line.append("; this client was late itself, by %s: it may be the cause"
                    .formatted(Units.millis(interruption.latenessNanos())));
        }
        return line.toString();
    }

    private static String nobodyIfEmpty(String name) {
        return name.isEmpty() ? "nobody" : name;
    }

    /**
     * Returns what was found in the whole run.
     *
     * @param errors what went wrong, a sentence each
     * @param dropped how many events could not be printed in time
     */
    static Event end(
            int exitCode, List<String> errors, List<Ledger> ledgers, RecentInterruptions interruptions, long dropped) {
        Map<String, Object> fields = new LinkedHashMap<>();
        ledgers.forEach(ledger -> fields.put(ledger.clock().toString(), fields(ledger)));
        fields.put(
                "interruptions",
                interruptions.last().stream().map(Events::fields).toList());
        fields.put("interruptionsLeftOut", interruptions.leftOut());
        fields.put("eventsDropped", dropped);
        return Event.end(
                COMMAND,
                exitCode,
                errors.isEmpty() ? null : String.join("; ", errors),
                fields,
                ledgers.stream().flatMap(ledger -> lines(ledger).stream()).toList());
    }

    private static Map<String, Object> fields(Ledger ledger) {
        Totals totals = ledger.totals();
        Map<String, Object> fields = new LinkedHashMap<>(ledger.counts().fields());
        fields.put("underWay", ledger.underWay());
        fields.put("interruptions", totals.count());
        fields.put("longestMillis", Units.roundedMillis(totals.longestNanos()));
        fields.put("totalMillis", Units.roundedMillis(totals.nanos()));
        Map<String, Object> causes = new LinkedHashMap<>();
        totals.causes().forEach((cause, count) -> causes.put(cause.toString(), count));
        fields.put("causes", causes);
        return fields;
    }

    private static List<String> lines(Ledger ledger) {
        Counts counts = ledger.counts();
        Totals totals = ledger.totals();
        String name = ledger.clock().description();
        List<String> lines = new ArrayList<>();
        lines.add("%s: messages: %s, lost: %s (%s bytes), skipped: %s, under way at the end: %s"
                .formatted(
                        name,
                        counts.messages(),
                        counts.lost(),
                        counts.lostBytes(),
                        counts.skipped(),
                        ledger.underWay()));
        String causes = totals.causes().entrySet().stream()
                .map(cause -> cause.getKey() + " " + cause.getValue())
                .collect(Collectors.joining(", "));
        lines.add(
                (totals.count() == 0)
                        ? name + ": interruptions: 0"
                        : "%s: interruptions: %s (%s), longest %s, together %s"
                                .formatted(
                                        name,
                                        totals.count(),
                                        causes,
                                        Units.millis(totals.longestNanos()),
                                        Units.millis(totals.nanos())));
        lines.add("%s: %sthis client was late by %s at the most"
                .formatted(name, roundTrips(counts.roundTrips()), Units.millis(counts.latenessNanos())));
        return lines;
    }

    private static String roundTrips(Histogram nanos) {
        return (nanos.getTotalCount() == 0)
                ? ""
                : "round trips: min %s, median %s, p99 %s, max %s; "
                        .formatted(
                                Units.millis(nanos.getMinValue()),
                                Units.millis(nanos.getValueAtPercentile(50)),
                                Units.millis(nanos.getValueAtPercentile(99)),
                                Units.millis(nanos.getMaxValue()));
    }

    private static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MILLIS).toString();
    }

    private static String print(Duration duration) {
        return DurationStyle.SIMPLE.print(duration);
    }
}
