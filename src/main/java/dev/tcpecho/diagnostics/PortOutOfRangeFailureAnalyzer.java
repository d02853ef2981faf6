package dev.tcpecho.diagnostics;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/** {@link FailureAnalyzer} for a management port that is no port: Spring Boot leaves the check to Java. */
@Order(Ordered.HIGHEST_PRECEDENCE)
class PortOutOfRangeFailureAnalyzer extends AbstractFailureAnalyzer<IllegalArgumentException> {

    /** What {@link java.net.InetSocketAddress} says. */
    private static final Pattern MESSAGE = Pattern.compile("port out of range:(-?\\d+)");

    private final Environment environment;

    PortOutOfRangeFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, IllegalArgumentException failure) {
        Matcher port = MESSAGE.matcher(String.valueOf(failure.getMessage()));
        if (!port.matches()) {
            return null;
        }
        return List.of("management.server.port", "server.port").stream()
                .filter(property -> port.group(1).equals(this.environment.getProperty(property)))
                .findFirst()
                .map(property -> analysis(failure, property, port.group(1)))
                .orElse(null);
    }

    private FailureAnalysis analysis(IllegalArgumentException failure, String property, String port) {
        return new FailureAnalysis(
                new Origins(this.environment)
                        .addTo(
                                "%s is '%s', but must be a port from 0 to 65535, where 0 is any free port."
                                        .formatted(property, port),
                                List.of(property)),
                port.startsWith("-")
                        ? "Correct the value of %s, or set spring.main.web-application-type to none for no management port."
                                .formatted(property)
                        : "Correct the value of %s.".formatted(property),
                failure);
    }
}
