package dev.tcpecho.probe.watch;

import dev.tcpecho.probe.client.MismatchException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.json.BasicJsonParser;

/** Who serves a connection, by the line with which the service greets. */
final class ServiceName {

    private static final int MAX_LINE = 4096;

    /** The longest name that DNS and Kubernetes know. */
    private static final int MAX_NAME = 253;

    private static final Pattern NOT_PRINTABLE = Pattern.compile("[^ -~]");

    private ServiceName() {}

    /**
     * Reads the line, and no byte more.
     *
     * @return the pod of a greeting in JSON, or else its host name; of another greeting, the line
     * @throws MismatchException if the line does not end
     */
    static String read(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the service ended its stream before its greeting was complete");
            }
            if (line.size() == MAX_LINE) {
                throw new MismatchException(
                        "the first %s bytes of the service have no end of a line: leave out --greeting"
                                .formatted(MAX_LINE));
            }
            line.write(next);
        }
        return of(line.toString(StandardCharsets.UTF_8));
    }

    private static String of(String line) {
        String name = NOT_PRINTABLE
                .matcher(Objects.requireNonNullElse(fromJson(line), line))
                .replaceAll("");
        return (name.length() <= MAX_NAME) ? name : name.substring(0, MAX_NAME);
    }

    private static @Nullable String fromJson(String line) {
        try {
            Map<String, Object> facts = new BasicJsonParser().parseMap(line);
            Object name = facts.getOrDefault("pod", facts.get("hostname"));
            return (name != null && !name.toString().isEmpty()) ? name.toString() : null;
        } catch (RuntimeException ex) {
            // Anyone may send anything: what is no JSON is a text.
            return null;
        }
    }
}
