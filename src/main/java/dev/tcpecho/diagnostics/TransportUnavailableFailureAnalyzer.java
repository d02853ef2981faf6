package dev.tcpecho.diagnostics;

import dev.tcpecho.transport.TransportUnavailableException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.NestedExceptionUtils;

/** {@link FailureAnalyzer} for a transport that this process cannot use. */
class TransportUnavailableFailureAnalyzer extends AbstractFailureAnalyzer<TransportUnavailableException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, TransportUnavailableException failure) {
        Throwable reason = NestedExceptionUtils.getMostSpecificCause(failure);
        return new FailureAnalysis(
                "echo.transport is '%s', which cannot be used here: %s."
                        .formatted(
                                failure.transport(),
                                String.valueOf(reason.getMessage())
                                        .lines()
                                        .findFirst()
                                        .orElse("")),
                "Set echo.transport to 'auto', which takes the best that can be used, or to 'nio', which always can.",
                failure);
    }
}
