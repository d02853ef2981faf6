package dev.tcpecho.diagnostics;

import dev.tcpecho.tls.BundleFailure;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/**
 * {@link FailureAnalyzer} for SSL bundles that Spring Boot itself cannot use: when it registers them, and for the
 * management port. The listeners tell by themselves.
 */
class SslBundleFailureAnalyzer extends AbstractFailureAnalyzer<IllegalStateException> {

    private static final Pattern REGISTERED = Pattern.compile("Unable to register SSL bundle '(.+)'");

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, IllegalStateException failure) {
        Matcher name = REGISTERED.matcher(String.valueOf(failure.getMessage()));
        BundleFailure explained = BundleFailure.known(name.matches() ? name.group(1) : "*", failure);
        if (explained == null) {
            return null;
        }
        return new FailureAnalysis(
                (name.matches()
                        ? "The SSL bundle '%s' cannot be used: %s.".formatted(name.group(1), explained.reason())
                        : "An SSL bundle cannot be used: %s.".formatted(explained.reason())),
                explained.action(),
                failure);
    }
}
