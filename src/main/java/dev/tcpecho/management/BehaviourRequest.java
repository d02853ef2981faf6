package dev.tcpecho.management;

import dev.tcpecho.BehaviourProperties;
import dev.tcpecho.BehaviourRules;
import dev.tcpecho.Durations;
import dev.tcpecho.EchoConfigurationException;
import dev.tcpecho.UnitBindHandler;
import dev.tcpecho.behaviour.Reach;
import dev.tcpecho.diagnostics.BindFailures;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.json.JsonParseException;
import org.springframework.boot.json.JsonParserFactory;

/**
 * A set of behaviours as a request has it: the JSON object of its body has the behaviours as the configuration has
 * them, and beside them {@code apply} and {@code duration}.
 *
 * @param behaviours the behaviours
 * @param apply which connections they are for: new ones, if nothing is said
 * @param duration after which time the former behaviours return; {@code null} for never
 */
record BehaviourRequest(
        BehaviourProperties behaviours,
        Reach apply,
        @Nullable Duration duration) {

    private static final Set<String> FIELDS_OF_THE_SWITCH = Set.of("apply", "duration");

    /** The one list, which may be empty. */
    private static final String BEANS = "beans";

    /** The binder passes over every other character as if it were not there. */
    private static final Pattern NAME = Pattern.compile("\\p{Alnum}[\\w-]*(\\.\\p{Alnum}[\\w-]*)*");

    private static final Duration LONGEST_DURATION = Duration.ofDays(366);

    private static final int SHOWN_LENGTH = 100;

    /**
     * Reads a body.
     *
     * @throws EchoConfigurationException if it is anything else, with the name of the field and its value
     */
    static BehaviourRequest parse(String body) {
        Map<String, Object> ofBehaviours = new LinkedHashMap<>();
        Map<String, Object> ofSwitch = new LinkedHashMap<>();
        parseObject(body)
                .forEach((name, value) ->
                        flatten("", name, value, FIELDS_OF_THE_SWITCH.contains(name) ? ofSwitch : ofBehaviours));
        BehaviourProperties behaviours = bind(ofBehaviours, BehaviourProperties.class);
        BehaviourRules.check("", behaviours);
        SwitchProperties wanted = bind(ofSwitch, SwitchProperties.class);
        return new BehaviourRequest(behaviours, wanted.apply, check(wanted.duration));
    }

    private static Map<String, Object> parseObject(String body) {
        try {
            Map<String, Object> object = JsonParserFactory.getJsonParser().parseMap(body);
            if (object != null) {
                return object;
            }
        } catch (JsonParseException ex) {
            // It is told below.
        }
        String shown = (body.length() > SHOWN_LENGTH) ? body.substring(0, SHOWN_LENGTH) + "..." : body;
        throw new EchoConfigurationException(
                "The body is '%s', which is not a JSON object.".formatted(shown),
                "Send the behaviours as a JSON object, for example {\"delay\": \"100ms\"}.");
    }

    private static void flatten(String parent, String name, @Nullable Object value, Map<String, Object> settings) {
        String path = parent + name;
        if (!NAME.matcher(name).matches()) {
            throw BindFailures.noSuchProperty("%s = '%s'".formatted(path, value));
        }
        if (value instanceof Map<?, ?> object && !object.isEmpty()) {
            object.forEach((key, member) -> flatten(path + ".", String.valueOf(key), member, settings));
        } else if (value instanceof List<?> list && !list.isEmpty()) {
            for (int i = 0; i < list.size(); i++) {
                settings.put("%s[%s]".formatted(path, i), scalar(path, list.get(i)));
            }
        } else if (value instanceof List<?> && path.equals(BEANS)) {
            settings.put(path, "");
        } else {
            settings.put(path, scalar(path, value));
        }
    }

    private static String scalar(String path, @Nullable Object value) {
        if (value instanceof String || value instanceof Number) {
            return value.toString();
        }
        throw new EchoConfigurationException(
                "%s is '%s', which is neither a text, nor a number, nor an object with settings."
                        .formatted(path, value),
                "Correct the value of %s, or remove it.".formatted(path));
    }

    private static <T> T bind(Map<String, Object> settings, Class<T> type) {
        try {
            return new Binder(new MapConfigurationPropertySource(settings))
                    .bindOrCreate(
                            ConfigurationPropertyName.EMPTY,
                            Bindable.of(type),
                            new UnitBindHandler(
                                    new NoUnboundElementsBindHandler(BindHandler.DEFAULT),
                                    ConfigurationPropertyName.EMPTY));
        } catch (BindException ex) {
            EchoConfigurationException explained = BindFailures.explain(ex, ex.getProperty(), false);
            throw (explained != null)
                    ? explained
                    : new EchoConfigurationException(String.valueOf(ex.getMessage()), "Correct it.");
        }
    }

    private static @Nullable Duration check(@Nullable Duration duration) {
        if (duration != null
                && (duration.isNegative() || duration.isZero() || duration.compareTo(LONGEST_DURATION) > 0)) {
            throw new EchoConfigurationException(
                    "duration is '%s', but must be more than 0s, and at most %s."
                            .formatted(Durations.print(duration), Durations.print(LONGEST_DURATION)),
                    "Correct the value of duration, or remove it for behaviours that stay.");
        }
        return duration;
    }

    /**
     * The fields that are no behaviours.
     *
     * @param apply which connections the behaviours are for
     * @param duration after which time the former behaviours return; {@code null} for never
     */
    record SwitchProperties(
            @DefaultValue("new") Reach apply, @Nullable Duration duration) {}
}
