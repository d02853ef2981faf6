package dev.tcpecho.diagnostics;

import dev.tcpecho.EchoConfigurationException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/** {@link FailureAnalyzer} for properties that cannot be met, and that know what to do about it; before Boot's own. */
@Order(Ordered.HIGHEST_PRECEDENCE)
class EchoConfigurationFailureAnalyzer extends AbstractFailureAnalyzer<EchoConfigurationException> {

    private final Origins origins;

    EchoConfigurationFailureAnalyzer(Environment environment) {
        this.origins = new Origins(environment);
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, EchoConfigurationException failure) {
        return new FailureAnalysis(
                this.origins.addTo(String.valueOf(failure.getMessage()), failure.properties()),
                failure.action(),
                failure);
    }
}
