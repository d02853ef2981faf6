package dev.tcpecho.diagnostics;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.validation.FieldError;

/** {@link FailureAnalyzer} for values that are out of range; before Boot's own, which spreads each over three lines. */
@Order(Ordered.HIGHEST_PRECEDENCE)
class PropertyConstraintFailureAnalyzer extends AbstractFailureAnalyzer<BindValidationException> {

    private final Origins origins;

    PropertyConstraintFailureAnalyzer(Environment environment) {
        this.origins = new Origins(environment);
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindValidationException failure) {
        String prefix = failure.getValidationErrors().getName() + ".";
        List<FieldError> errors = failure.getValidationErrors().getAllErrors().stream()
                .filter(FieldError.class::isInstance)
                .map(FieldError.class::cast)
                .toList();
        if (!prefix.equals("echo.") || errors.isEmpty()) {
            return null;
        }
        return new FailureAnalysis(
                join(errors, "\n", error -> describe(prefix, error)),
                "Correct the value of %s.".formatted(join(errors, " and ", error -> prefix + property(error))),
                failure);
    }

    private String describe(String prefix, FieldError error) {
        String property = prefix + property(error);
        return this.origins.addTo(
                "%s is '%s', but %s.".formatted(property, value(error.getRejectedValue()), error.getDefaultMessage()),
                List.of(property));
    }

    /** As it is written in the configuration: {@code listeners.plain.reuse-port}, not {@code [plain].reusePort}. */
    private static String property(FieldError error) {
        String path = error.getField().replace('[', '.').replace("]", "");
        int last = path.lastIndexOf('.') + 1;
        return path.substring(0, last) + DataObjectPropertyName.toDashedForm(path.substring(last));
    }

    private static @Nullable Object value(@Nullable Object value) {
        return (value instanceof Duration duration) ? DurationStyle.SIMPLE.print(duration) : value;
    }

    private static String join(List<FieldError> errors, String delimiter, Function<FieldError, String> text) {
        return errors.stream().map(text).collect(Collectors.joining(delimiter));
    }
}
