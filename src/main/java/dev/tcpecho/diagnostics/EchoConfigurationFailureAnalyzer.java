package dev.tcpecho.diagnostics;

import dev.tcpecho.EchoConfigurationException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/** {@link FailureAnalyzer} for properties that cannot be met, and that know what to do about it. */
class EchoConfigurationFailureAnalyzer extends AbstractFailureAnalyzer<EchoConfigurationException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, EchoConfigurationException failure) {
        return new FailureAnalysis(failure.getMessage(), failure.action(), failure);
    }
}
