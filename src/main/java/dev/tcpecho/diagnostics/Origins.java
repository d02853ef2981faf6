package dev.tcpecho.diagnostics;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.core.env.Environment;

/** Where properties were set: in which line of a file, or by which environment variable or argument. */
final class Origins {

    private final Iterable<ConfigurationPropertySource> sources;

    Origins(Environment environment) {
        this.sources = ConfigurationPropertySources.get(environment);
    }

    /** Returns the strongest setting of a property, or {@code null} if there is none. */
    @Nullable
    ConfigurationProperty find(ConfigurationPropertyName name) {
        return stream()
                .map(source -> source.getConfigurationProperty(name))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** Adds to a sentence where the properties were set that it is about; nothing if all have their defaults. */
    String addTo(String sentence, List<String> properties) {
        String origins = properties.stream()
                .map(property -> ConfigurationPropertyName.adapt(property, '.'))
                .map(this::findSetting)
                .filter(Objects::nonNull)
                .map(ConfigurationProperty::getOrigin)
                .filter(Objects::nonNull)
                .map(Origin::toString)
                .distinct()
                .collect(Collectors.joining(", "));
        return origins.isEmpty() ? sentence : sentence.replaceFirst("\\.$", "") + " (" + origins + ").";
    }

    /** A list is set by its elements, a behaviour by its settings, and these by the behaviour's short form. */
    private @Nullable ConfigurationProperty findSetting(ConfigurationPropertyName name) {
        return Stream.of(find(name), find(name.append("[0]")), findBelow(name), find(name.getParent()))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private @Nullable ConfigurationProperty findBelow(ConfigurationPropertyName name) {
        return stream()
                .filter(IterableConfigurationPropertySource.class::isInstance)
                .flatMap(source -> ((IterableConfigurationPropertySource) source)
                        .stream().filter(name::isAncestorOf).map(source::getConfigurationProperty))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private Stream<ConfigurationPropertySource> stream() {
        return StreamSupport.stream(this.sources.spliterator(), false);
    }

    /** Writes where a property was set, for the middle of a sentence; nothing if that is not known. */
    static String describe(ConfigurationProperty property) {
        return (property.getOrigin() != null) ? " (%s)".formatted(property.getOrigin()) : "";
    }
}
