package dev.tcpecho.diagnostics;

import dev.tcpecho.transport.TransportUnavailableException;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.Environment;

/** {@link FailureAnalyzer} for a transport that this process cannot use. */
class TransportUnavailableFailureAnalyzer extends AbstractFailureAnalyzer<TransportUnavailableException> {

    private final Origins origins;

    TransportUnavailableFailureAnalyzer(Environment environment) {
        this.origins = new Origins(environment);
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, TransportUnavailableException failure) {
        Throwable reason = NestedExceptionUtils.getMostSpecificCause(failure);
        if (isNotExecutable(failure.getCause())) {
            return notUnpacked(failure, "files there cannot be executed, as on a volume mounted with noexec");
        }
        if (reason instanceof IOException) {
            return notUnpacked(failure, firstLine(reason));
        }
        return analysis(
                failure,
                "echo.transport is '%s', which cannot be used here: %s."
                        .formatted(failure.transport(), firstLine(reason)),
                "Set echo.transport to 'auto', which takes the best that can be used, or to 'nio', which always can.");
    }

    /** Netty says so in one of the failures that it suppresses, after the loader's own. */
    private static boolean isNotExecutable(@Nullable Throwable cause) {
        return cause != null
                && Arrays.stream(cause.getSuppressed())
                        .anyMatch(attempt ->
                                String.valueOf(attempt.getMessage()).contains("exists but cannot be executed"));
    }

    private FailureAnalysis notUnpacked(TransportUnavailableException failure, String reason) {
        // As Netty's loader of native libraries chooses it.
        String directory = System.getProperty(
                "io.netty.native.workdir", PlatformDependent.tmpdir().getPath());
        return analysis(
                failure,
                "echo.transport is '%s', whose native library Netty cannot unpack to %s and load: %s."
                        .formatted(failure.transport(), directory, reason),
                ("Let the service write and execute files in %s, name another directory with"
                                + " -Dio.netty.native.workdir=DIRECTORY before -jar,"
                                + " or set echo.transport to 'nio', which needs no native library.")
                        .formatted(directory));
    }

    private FailureAnalysis analysis(TransportUnavailableException failure, String description, String action) {
        return new FailureAnalysis(this.origins.addTo(description, List.of("echo.transport")), action, failure);
    }

    private static String firstLine(Throwable reason) {
        return String.valueOf(reason.getMessage()).lines().findFirst().orElse("");
    }
}
