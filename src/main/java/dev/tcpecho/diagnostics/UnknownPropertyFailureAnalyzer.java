package dev.tcpecho.diagnostics;

import dev.tcpecho.EchoConfigurationException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** {@link FailureAnalyzer} for a property that the service does not have; before Boot's own, which prints objects. */
@Order(Ordered.HIGHEST_PRECEDENCE)
class UnknownPropertyFailureAnalyzer extends AbstractFailureAnalyzer<UnboundConfigurationPropertiesException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, UnboundConfigurationPropertiesException failure) {
        EchoConfigurationException explained = BindFailures.explain(failure, true);
        return new FailureAnalysis(explained.getMessage(), explained.action(), failure);
    }
}
