package dev.tcpecho.probe.cli;

import org.apache.commons.cli.Option;
import org.jspecify.annotations.Nullable;

/**
 * An option that takes a value.
 *
 * @param <T> the type of the value
 * @param option what is typed, and what the help says of it
 * @param type how the value is read
 * @param defaultValue the value where none is given; null if there is none
 */
public record ValueOption<T>(
        Option option, ValueType<T> type, @Nullable String defaultValue) {

    /**
     * Makes an option without a default value.
     *
     * @param name the name without its hyphens
     * @param valueName what its help calls the value
     * @param type how the value is read
     * @param description what it does
     */
    public static <T> ValueOption<T> of(String name, String valueName, ValueType<T> type, String description) {
        Option option = Option.builder()
                .longOpt(name)
                .hasArg()
                .argName(valueName)
                .desc(description)
                .get();
        return new ValueOption<>(option, type, null);
    }

    /** Returns the same option with a default value, which the help tells. */
    public ValueOption<T> withDefault(String value) {
        Option copy = (Option) this.option.clone();
        copy.setDescription("%s Default: %s".formatted(this.option.getDescription(), value));
        return new ValueOption<>(copy, this.type, value);
    }
}
