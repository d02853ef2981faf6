package dev.tcpecho.diagnostics;

import dev.tcpecho.EchoConfigurationException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * {@link FailureAnalyzer} for a management port that is no number: conditions of Spring Boot read it before any binder
 * does. Before Boot's own, which names Java types.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
class InvalidPortFailureAnalyzer extends AbstractFailureAnalyzer<InvalidConfigurationPropertyValueException> {

    private final Origins origins;

    InvalidPortFailureAnalyzer(Environment environment) {
        this.origins = new Origins(environment);
    }

    @Override
    protected @Nullable FailureAnalysis analyze(
            Throwable rootFailure, InvalidConfigurationPropertyValueException failure) {
        ConfigurationProperty property = this.origins.find(ConfigurationPropertyName.adapt(failure.getName(), '.'));
        if (property == null || !PropertyValueFailureAnalyzer.PORTS.contains(property.getName())) {
            return null;
        }
        EchoConfigurationException explained = BindFailures.isNoPort(property);
        return new FailureAnalysis(explained.getMessage(), explained.action(), failure);
    }
}
