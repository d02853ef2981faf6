package dev.tcpecho.probe.cli;

import java.io.PrintWriter;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.springframework.boot.json.JsonWriter;
import org.springframework.boot.json.JsonWriter.Members;

/** Prints events in the form that was asked for. */
public final class Output {

    private static final JsonWriter<Map<String, Object>> JSON = JsonWriter.of(Members::add);

    private final OutputFormat format;

    private final PrintWriter out;

    private final Clock clock;

    /**
     * Prints to a writer.
     *
     * @param format the form
     * @param out where to print
     * @param clock what gives an event its time
     */
    public Output(OutputFormat format, PrintWriter out, Clock clock) {
        this.format = format;
        this.out = out;
        this.clock = clock;
    }

    /** Prints an event at once, unless the form has one object for all. May be called by any thread. */
    public synchronized void print(Event event) {
        switch (this.format) {
            case TEXT -> event.lines().forEach(this.out::println);
            case NDJSON -> this.out.println(json(event));
            case JSON -> {
                if (event.type() == Event.Type.END) {
                    this.out.println(json(event));
                }
            }
        }
        this.out.flush();
    }

    private String json(Event event) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("event", event.type().name().toLowerCase(Locale.ROOT));
        fields.put("time", this.clock.instant().toString());
        fields.putAll(event.fields());
        return JSON.writeToString(fields);
    }
}
