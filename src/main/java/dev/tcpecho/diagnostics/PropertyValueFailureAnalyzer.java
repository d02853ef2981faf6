package dev.tcpecho.diagnostics;

import dev.tcpecho.EchoConfigurationException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.convert.ConverterNotFoundException;
import org.springframework.core.env.Environment;

/** {@link FailureAnalyzer} for a value that a property cannot have; before Boot's own, which names Java types. */
@Order(Ordered.HIGHEST_PRECEDENCE)
class PropertyValueFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

    private static final ConfigurationPropertyName ECHO = ConfigurationPropertyName.of("echo");

    /** The properties of Spring Boot that the README explains, and that have a type of its own. */
    static final Set<ConfigurationPropertyName> PORTS =
            Set.of(ConfigurationPropertyName.of("server.port"), ConfigurationPropertyName.of("management.server.port"));

    private final Origins origins;

    PropertyValueFailureAnalyzer(Environment environment) {
        this.origins = new Origins(environment);
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException failure) {
        ConfigurationProperty property = find(failure);
        if (property == null || !(ECHO.isAncestorOf(property.getName()) || PORTS.contains(property.getName()))) {
            return null;
        }
        EchoConfigurationException explained = BindFailures.explain(failure, property, true);
        return (explained != null) ? new FailureAnalysis(explained.getMessage(), explained.action(), failure) : null;
    }

    /** The binder does not tell a value that nothing can convert, for example the truth values of YAML. */
    private @Nullable ConfigurationProperty find(BindException failure) {
        if (failure.getProperty() != null || !(failure.getCause() instanceof ConverterNotFoundException)) {
            return failure.getProperty();
        }
        return this.origins.find(failure.getName());
    }
}
