package dev.tcpecho.probe.cli;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.commons.cli.AlreadySelectedException;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;
import org.jspecify.annotations.Nullable;

/** What was typed behind the name of a command. Whatever cannot be used is refused with one sentence. */
public final class Arguments {

    private final CommandLine line;

    private Arguments(CommandLine line) {
        this.line = line;
    }

    /**
     * Reads what was typed.
     *
     * @throws UsageException if it does not fit the options
     */
    static Arguments parse(Options options, String... arguments) {
        DefaultParser parser = DefaultParser.builder()
                .setAllowPartialMatching(false)
                .setStripLeadingAndTrailingQuotes(false)
                .get();
        try {
            CommandLine line = parser.parse(options, arguments);
            requireOnce(line);
            return new Arguments(line);
        } catch (ParseException ex) {
            throw new UsageException(sentence(options, ex));
        }
    }

    private static void requireOnce(CommandLine line) {
        Set<String> seen = new HashSet<>();
        for (Option option : line.getOptions()) {
            if (!seen.add(option.getKey())) {
                throw new UsageException("%s is given twice".formatted(name(option)));
            }
        }
    }

    private static String sentence(Options options, ParseException failure) {
        if (failure instanceof UnrecognizedOptionException unknown) {
            String name = unknown.getOption().replaceFirst("=.*", "");
            return (options.hasOption(name) ? "%s takes no value" : "%s is not an option").formatted(name);
        }
        if (failure instanceof MissingArgumentException missing) {
            return "%s needs a value".formatted(name(missing.getOption()));
        }
        if (failure instanceof AlreadySelectedException selected) {
            return "%s cannot be used together"
                    .formatted(selected.getOptionGroup().getOptions().stream()
                            .map(Arguments::name)
                            .collect(Collectors.joining(" and ")));
        }
        return String.valueOf(failure.getMessage());
    }

    private static String name(Option option) {
        return (option.getLongOpt() != null) ? "--" + option.getLongOpt() : "-" + option.getOpt();
    }

    /** Tells whether an option was given. */
    public boolean has(Option option) {
        return this.line.hasOption(option);
    }

    /** Tells whether an option was given. */
    public boolean has(ValueOption<?> option) {
        return has(option.option());
    }

    /**
     * Returns the value of an option that has a default value.
     *
     * @throws UsageException if what was given is not of the option's type
     */
    public <T> T get(ValueOption<T> option) {
        return Objects.requireNonNull(find(option), () -> name(option.option()) + " has no default value");
    }

    /**
     * Returns the value of an option, null if it was not given and has no default value.
     *
     * @throws UsageException if what was given is not of the option's type
     */
    public <T> @Nullable T find(ValueOption<T> option) {
        String text = text(option);
        if (text == null) {
            return null;
        }
        try {
            return option.type().read(text);
        } catch (IllegalArgumentException ex) {
            throw refusal(option, option.type().form());
        }
    }

    private @Nullable String text(ValueOption<?> option) {
        return this.line.getOptionValue(option.option(), option.defaultValue());
    }

    /**
     * Refuses an option unless a condition holds.
     *
     * @param form what the value must be, behind "must be"
     * @throws UsageException if it does not
     */
    public void require(boolean condition, ValueOption<?> option, String form) {
        if (!condition) {
            throw refusal(option, form);
        }
    }

    /** Returns what to throw for an option whose value is not of a form. */
    public UsageException refusal(ValueOption<?> option, String form) {
        String text = text(option);
        return new UsageException("%s is %s, but must be %s"
                .formatted(name(option.option()), (text == null || text.isEmpty()) ? "empty" : text, form));
    }

    /** Returns what is no option. */
    public List<String> operands() {
        return this.line.getArgList();
    }
}
