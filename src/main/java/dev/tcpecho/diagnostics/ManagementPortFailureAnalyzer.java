package dev.tcpecho.diagnostics;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/** {@link FailureAnalyzer} for a management port that is taken; before Boot's own, which names no property. */
@Order(Ordered.HIGHEST_PRECEDENCE)
class ManagementPortFailureAnalyzer extends AbstractFailureAnalyzer<PortInUseException> {

    private final Environment environment;

    ManagementPortFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, PortInUseException failure) {
        int port = failure.getPort();
        String property = String.valueOf(port).equals(this.environment.getProperty("management.server.port"))
                ? "management.server.port"
                : "server.port";
        return new FailureAnalysis(
                "The service cannot open the management port %s: the port is already in use.".formatted(port),
                "Stop what uses port %s ('ss -ltnp sport = :%s' names it), or set %s to another port, or to 0 for any free one."
                        .formatted(port, port, property),
                failure);
    }
}
