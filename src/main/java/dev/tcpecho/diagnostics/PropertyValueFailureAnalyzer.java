package dev.tcpecho.diagnostics;

import dev.tcpecho.address.AddressBlock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.Order;

/** {@link FailureAnalyzer} for a value that a property cannot have; before Boot's own, which names Java types. */
@Order(Ordered.HIGHEST_PRECEDENCE)
class PropertyValueFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

    private static final ConfigurationPropertyName ECHO = ConfigurationPropertyName.of("echo");

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException failure) {
        ConfigurationProperty property = failure.getProperty();
        Class<?> type = type(failure.getTarget().getType());
        String values = (property != null && ECHO.isAncestorOf(property.getName())) ? values(type) : null;
        if (property == null || values == null) {
            return null;
        }
        return new FailureAnalysis(
                "%s is '%s', which is not %s (%s)."
                        .formatted(property.getName(), property.getValue(), kind(type), property.getOrigin()),
                "Set %s to %s.".formatted(property.getName(), values),
                failure);
    }

    /** What is wanted, be it one or a list. */
    private static Class<?> type(ResolvableType target) {
        return (target.resolve() == List.class ? target.getGeneric() : target).resolve(Object.class);
    }

    private static String kind(Class<?> type) {
        if (type == AddressBlock.class) {
            return "a CIDR block";
        }
        if (type == Duration.class) {
            return "a duration";
        }
        return type.isEnum() ? "one of its values" : "a whole number";
    }

    private static @Nullable String values(Class<?> type) {
        if (type.isEnum()) {
            return "one of: "
                    + Arrays.stream(type.getEnumConstants())
                            .map(value -> ((Enum<?>) value)
                                    .name()
                                    .toLowerCase(Locale.ROOT)
                                    .replace('_', '-'))
                            .collect(Collectors.joining(", "));
        }
        if (type == AddressBlock.class) {
            return "an IP address, a slash and a prefix length, for example 10.0.0.0/8, 192.0.2.7/32 or 2001:db8::/32;"
                    + " names are not looked up";
        }
        if (type == Duration.class) {
            return "a number and a unit, for example 500ms, 20s or 5m";
        }
        return (type == int.class) ? "a whole number, for example 100" : null;
    }
}
