package dev.tcpecho;

import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/** The variables of this process, as Spring Boot reads properties from them. */
final class EnvironmentVariables {

    /** Without dashes and underscores, and in capitals, it is a part of a variable. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+");

    private final @Nullable ConfigurationPropertySource source;

    EnvironmentVariables(Iterable<ConfigurationPropertySource> sources) {
        this.source = StreamSupport.stream(sources.spliterator(), false)
                .filter(EnvironmentVariables::isEnvironment)
                .findFirst()
                .orElse(null);
    }

    static boolean isEnvironment(ConfigurationPropertySource source) {
        return source.getUnderlyingSource() instanceof PropertySource<?> properties
                && properties.getName().equals(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
    }

    /** Returns the variable that sets a property, or {@code null} if none does. */
    @Nullable
    String find(ConfigurationPropertyName property) {
        ConfigurationProperty found = (this.source != null) ? this.source.getConfigurationProperty(property) : null;
        return (found != null && found.getOrigin() instanceof PropertySourceOrigin origin)
                ? origin.getPropertyName()
                : null;
    }

    Stream<String> names() {
        return (this.source != null
                        && this.source.getUnderlyingSource() instanceof EnumerablePropertySource<?> variables)
                ? Arrays.stream(variables.getPropertyNames())
                : Stream.empty();
    }

    /** Tells whether a variable can have a name between underscores. */
    static boolean canHave(String name) {
        return NAME.matcher(name).matches();
    }

    /** Writes a variable as most are: Spring Boot reads a property from {@code echo.drain.delay} too. */
    static String normalize(String variable) {
        return variable.toUpperCase(Locale.ROOT).replace('.', '_');
    }

    /** Returns the variable that Spring Boot's reference gives for a property. */
    static String of(ConfigurationPropertyName property) {
        StringBuilder variable = new StringBuilder();
        for (int i = 0; i < property.getNumberOfElements(); i++) {
            variable.append(i == 0 ? "" : "_").append(property.getElement(i, Form.UNIFORM));
        }
        return variable.toString().toUpperCase(Locale.ROOT);
    }
}
