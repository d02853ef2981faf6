package dev.tcpecho.probe.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that a command has to say, in every form. The fields are those of {@code docs/probe.schema.json}.
 *
 * @param type what it is about
 * @param fields names and values, in their order; a value is a text, a number, a truth value, a list or a map
 * @param lines the same for people
 */
public record Event(Type type, Map<String, Object> fields, List<String> lines) {

    /** The types of events. */
    public enum Type {
        START,
        INTERVAL,
        INTERRUPTION,
        END
    }

    /**
     * Makes an event with the order of its fields kept.
     *
     * @param type what it is about
     * @param fields names and values
     * @param lines the same for people
     */
    public Event {
        fields = new LinkedHashMap<>(fields);
        lines = List.copyOf(lines);
    }

    /**
     * Makes the end of a command.
     *
     * @param command the command's name
     * @param exitCode its exit code
     * @param error what went wrong, in one sentence; null if nothing did
     * @param found the other fields
     * @param lines the same for people
     */
    public static Event end(
            String command, int exitCode, @Nullable String error, Map<String, Object> found, List<String> lines) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("command", command);
        fields.put("exitCode", exitCode);
        if (error != null) {
            fields.put("error", error);
        }
        fields.putAll(found);
        return new Event(Type.END, fields, lines);
    }
}
