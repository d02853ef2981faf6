package dev.tcpecho.diagnostics;

import dev.tcpecho.DuplicatePortException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/** {@link FailureAnalyzer} for two listeners that are to open the same port. */
class DuplicatePortFailureAnalyzer extends AbstractFailureAnalyzer<DuplicatePortException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, DuplicatePortException failure) {
        return new FailureAnalysis(
                "The listeners '%s' and '%s' are both to open port %s."
                        .formatted(failure.first(), failure.second(), failure.port()),
                "Set echo.listeners.%s.port to another port than %s, or remove one of the two listeners."
                        .formatted(failure.second(), failure.port()),
                failure);
    }
}
