package dev.tcpecho;

import dev.tcpecho.BehaviourProperties.After;
import dev.tcpecho.BehaviourProperties.Delay;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/**
 * {@link BindHandler} that refuses a duration without a unit, which Spring Boot would take for milliseconds. Zero needs
 * none. A data size needs none either: a number alone counts bytes.
 */
public final class UnitBindHandler extends AbstractBindHandler {

    /** What a text with a duration is read into. The short form of {@link After} may be a data size too. */
    private static final Set<Class<?>> DURATIONS = Set.of(Duration.class, Delay.class, After.class);

    private static final Pattern NUMBER_BUT_ZERO = Pattern.compile("\\s*[+-]?(?!0+\\s*$)\\d+\\s*");

    private final ConfigurationPropertyName prefix;

    /**
     * Creates a handler for the properties below a prefix.
     *
     * @param parent the handler that comes first
     * @param prefix the prefix; empty for every property
     */
    public UnitBindHandler(BindHandler parent, ConfigurationPropertyName prefix) {
        super(parent);
        this.prefix = prefix;
    }

    /**
     * Passes a value on.
     *
     * @throws MissingUnitException if it was a duration without a unit
     */
    @Override
    public @Nullable Object onSuccess(
            ConfigurationPropertyName name, Bindable<?> target, BindContext context, Object result) {
        Class<?> type = target.getType().resolve();
        if (type != null && DURATIONS.contains(type) && this.prefix.isAncestorOf(name) && isSet(name, context)) {
            // Once more as a text, with its placeholders resolved.
            context.getBinder().bind(name, Bindable.of(String.class)).ifBound(UnitBindHandler::requireUnit);
        }
        return super.onSuccess(name, target, context, result);
    }

    /** Tells a property with a value from one with a default, and from one with settings below it. */
    private static boolean isSet(ConfigurationPropertyName name, BindContext context) {
        ConfigurationProperty property = context.getConfigurationProperty();
        return property != null && property.getName().equals(name);
    }

    private static void requireUnit(String text) {
        if (NUMBER_BUT_ZERO.matcher(text).matches()) {
            throw new MissingUnitException(text);
        }
    }
}
