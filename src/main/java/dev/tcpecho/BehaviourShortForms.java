package dev.tcpecho;

import dev.tcpecho.BehaviourProperties.After;
import dev.tcpecho.BehaviourProperties.Chunk;
import dev.tcpecho.BehaviourProperties.Corrupt;
import dev.tcpecho.BehaviourProperties.Delay;
import dev.tcpecho.BehaviourProperties.Greeting;
import dev.tcpecho.BehaviourProperties.Loss;
import dev.tcpecho.BehaviourProperties.Rate;
import dev.tcpecho.BehaviourProperties.Refuse;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesBinding;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.convert.TypeDescriptor;
import org.springframework.core.convert.converter.GenericConverter;
import org.springframework.stereotype.Component;

/**
 * {@link GenericConverter} that reads a number as the short form of a behaviour, as YAML makes one of {@code refuse:
 * 0.1} and {@code chunk: 100}. Spring converts text by {@code valueOf} itself.
 */
@Component
@ConfigurationPropertiesBinding
public final class BehaviourShortForms implements GenericConverter {

    private static final Map<Class<?>, Function<String, Object>> READERS = Map.of(
            Corrupt.class, Corrupt::valueOf,
            Delay.class, Delay::valueOf,
            Rate.class, Rate::valueOf,
            Chunk.class, Chunk::valueOf,
            After.class, After::valueOf,
            Greeting.class, Greeting::valueOf,
            Refuse.class, Refuse::valueOf,
            Loss.class, Loss::valueOf);

    static boolean isReadInto(Class<?> type) {
        return READERS.containsKey(type);
    }

    /**
     * Tells that a setting of a behaviour does nothing beside the behaviour's short form.
     *
     * @param setting the setting, as the beginning of a sentence
     * @param behaviour the behaviour
     * @param value its short form
     * @return what is wrong, and what to do
     */
    public static EchoConfigurationException hides(String setting, ConfigurationPropertyName behaviour, Object value) {
        return new EchoConfigurationException(
                "%s has no effect, because %s is '%s'.".formatted(setting, behaviour, value),
                "Remove one of the two, or write the value of %s as a setting below it, as docs/behaviours.md shows."
                        .formatted(behaviour),
                behaviour.toString());
    }

    @Override
    public Set<ConvertiblePair> getConvertibleTypes() {
        return READERS.keySet().stream()
                .map(type -> new ConvertiblePair(Number.class, type))
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public @Nullable Object convert(@Nullable Object source, TypeDescriptor sourceType, TypeDescriptor targetType) {
        Function<String, Object> reader = READERS.get(targetType.getType());
        return (source != null && reader != null) ? reader.apply(source.toString()) : null;
    }
}
