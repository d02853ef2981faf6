package dev.tcpecho.management;

import dev.tcpecho.BehaviourProperties;
import dev.tcpecho.BehaviourRules;
import dev.tcpecho.EchoConfigurationException;
import dev.tcpecho.behaviour.Reach;
import dev.tcpecho.diagnostics.BindFailures;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyNameException;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.convert.DurationStyle;
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

    private static final String BEHAVIOURS = "behaviours";

    private static final String APPLY = "apply";

    private static final String DURATION = "duration";

    private static final Duration LONGEST_DURATION = Duration.ofDays(366);

    private static final int SHOWN_LENGTH = 100;

    /**
     * Reads a body.
     *
     * @throws EchoConfigurationException if it is anything else, with the name of the field and its value
     */
    static BehaviourRequest parse(String body) {
        Map<String, Object> settings = new LinkedHashMap<>();
        parseObject(body).forEach((name, value) -> {
            boolean beside = name.equals(APPLY) || name.equals(DURATION);
            flatten(beside ? name : BEHAVIOURS + "." + name, value, settings);
        });
        try {
            Binder binder = new Binder(new MapConfigurationPropertySource(settings));
            BehaviourProperties behaviours = binder.bindOrCreate(
                    BEHAVIOURS,
                    Bindable.of(BehaviourProperties.class),
                    new NoUnboundElementsBindHandler(BindHandler.DEFAULT));
            BehaviourRules.check(BEHAVIOURS + ".", behaviours);
            Reach apply = binder.bind(APPLY, Reach.class).orElse(Reach.NEW);
            return new BehaviourRequest(behaviours, apply, duration(binder));
        } catch (BindException ex) {
            EchoConfigurationException explained = BindFailures.explain(ex, false);
            throw (explained != null)
                    ? explained
                    : new EchoConfigurationException(String.valueOf(ex.getMessage()), "Correct it.");
        } catch (InvalidConfigurationPropertyNameException ex) {
            throw new EchoConfigurationException(
                    "There is no such property: %s.".formatted(ex.getName()), "Correct its name or remove it.");
        }
    }

    private static Map<String, Object> parseObject(String body) {
        try {
            return JsonParserFactory.getJsonParser().parseMap(body);
        } catch (JsonParseException ex) {
            String shown = (body.length() > SHOWN_LENGTH) ? body.substring(0, SHOWN_LENGTH) + "..." : body;
            throw new EchoConfigurationException(
                    "The body is '%s', which is not a JSON object.".formatted(shown),
                    "Send the behaviours as a JSON object, for example {\"delay\": \"100ms\"}.");
        }
    }

    private static void flatten(String name, @Nullable Object value, Map<String, Object> settings) {
        if (value instanceof Map<?, ?> object && !object.isEmpty()) {
            object.forEach((key, member) -> flatten(name + "." + key, member, settings));
        } else if (value instanceof List<?> list && !list.isEmpty()) {
            for (int i = 0; i < list.size(); i++) {
                flatten(name + "[" + i + "]", list.get(i), settings);
            }
        } else if (value instanceof List<?>) {
            settings.put(name, "");
        } else if (value != null) {
            settings.put(name, value.toString());
        }
    }

    private static @Nullable Duration duration(Binder binder) {
        Duration duration = binder.bind(DURATION, Bindable.of(Duration.class)).orElse(null);
        if (duration != null
                && (duration.isNegative() || duration.isZero() || duration.compareTo(LONGEST_DURATION) > 0)) {
            throw new EchoConfigurationException(
                    "duration is '%s', but must be more than 0s, and a year at most."
                            .formatted(DurationStyle.SIMPLE.print(duration)),
                    "Correct the value of duration, or leave it out for behaviours that stay.");
        }
        return duration;
    }
}
