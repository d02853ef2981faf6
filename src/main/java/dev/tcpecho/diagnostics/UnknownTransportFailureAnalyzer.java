package dev.tcpecho.diagnostics;

import dev.tcpecho.transport.TransportChoice;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** {@link FailureAnalyzer} for a name that is no transport; before Boot's own, which names Java types. */
@Order(Ordered.HIGHEST_PRECEDENCE)
class UnknownTransportFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException failure) {
        ConfigurationProperty property = failure.getProperty();
        if (property == null || failure.getTarget().getType().resolve() != TransportChoice.class) {
            return null;
        }
        return new FailureAnalysis(
                "echo.transport is '%s', which is no transport (%s)."
                        .formatted(property.getValue(), property.getOrigin()),
                "Set echo.transport to one of: %s."
                        .formatted(Arrays.stream(TransportChoice.values())
                                .map(TransportChoice::toString)
                                .collect(Collectors.joining(", "))),
                failure);
    }
}
