package dev.tcpecho.probe.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;

/**
 * A type of what an option takes.
 *
 * @param <T> what the text becomes
 * @param form what the text must be, behind "must be"
 * @param reader reads the text, or throws an {@link IllegalArgumentException} or an {@link ArithmeticException}
 */
public record ValueType<T>(String form, Function<String, T> reader) {

    /** A whole number. */
    public static final ValueType<Integer> NUMBER = new ValueType<>("a whole number", Integer::valueOf);

    /** A whole number that may exceed an int. */
    public static final ValueType<Long> LONG_NUMBER = new ValueType<>("a whole number", Long::valueOf);

    /** A duration with its unit, as the service's own configuration has it. */
    public static final ValueType<Duration> DURATION =
            new ValueType<>("a duration with its unit, for example 200ms, 5s or 1m", ValueType::duration);

    /** A size as the service's own configuration has it, in bytes if there is no unit. */
    public static final ValueType<DataSize> SIZE =
            new ValueType<>("a size, for example 512, 64KB or 1MB", DataSize::parse);

    /** The path of a file. */
    public static final ValueType<Path> FILE = new ValueType<>("the path of a file", Path::of);

    /** Any text. */
    public static final ValueType<String> TEXT = new ValueType<>("a text", Function.identity());

    /** Texts with commas between them. */
    public static final ValueType<List<String>> LIST =
            new ValueType<>("names with commas between them", text -> List.of(text.split(",")));

    /** Returns the type whose values are constants, in lower case and with hyphens, for example {@code io-uring}. */
    @SafeVarargs
    public static <E extends Enum<E>> ValueType<E> oneOf(E... constants) {
        List<String> names = Arrays.stream(constants).map(ValueType::name).toList();
        int last = names.size() - 1;
        return new ValueType<>(
                "%s or %s".formatted(String.join(", ", names.subList(0, last)), names.get(last)),
                text -> Arrays.stream(constants)
                        .filter(constant -> name(constant).equalsIgnoreCase(text))
                        .findFirst()
                        .orElseThrow(IllegalArgumentException::new));
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Duration duration(String text) {
        // Spring would take a number without a unit for milliseconds, and a user means seconds. 0 is the same in both.
        if (text.equals("0") || (!text.isEmpty() && Character.isLetter(text.charAt(text.length() - 1)))) {
            return DurationStyle.detectAndParse(text);
        }
        throw new IllegalArgumentException();
    }

    /**
     * Reads a text.
     *
     * @throws IllegalArgumentException if it is not of this form
     */
    T read(String text) {
        try {
            return this.reader.apply(text);
        } catch (ArithmeticException ex) {
            throw new IllegalArgumentException(ex);
        }
    }
}
