package dev.tcpecho.diagnostics;

import dev.tcpecho.server.ListenerBindException;
import java.net.UnknownHostException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.NestedExceptionUtils;

/** {@link FailureAnalyzer} for a listener that cannot be opened. */
class ListenerBindFailureAnalyzer extends AbstractFailureAnalyzer<ListenerBindException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ListenerBindException failure) {
        Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
        // The transports have no exception in common, but they all quote the kernel.
        String message = String.valueOf(cause.getMessage());
        int port = failure.listener().port();
        String address = failure.listener().address();
        String property = "echo.listeners." + failure.name();
        String listener = "The listener '%s' cannot open port %s on '%s': ".formatted(failure.name(), port, address);
        if (cause instanceof UnknownHostException) {
            return analysis(listener + "the address does not resolve.", chooseAddress(property), failure);
        }
        if (message.contains("Address already in use")) {
            return analysis(
                    listener + "the port is already in use.",
                    ("Stop what uses port %s ('ss -ltnp sport = :%s' names it),"
                                    + " or set %s.port to another port, or to 0 for any free one.")
                            .formatted(port, port, property),
                    failure);
        }
        if (message.contains("Permission denied")) {
            return analysis(
                    listener + "this process may not open a privileged port.",
                    "Set %s.port to 1024 or more, or grant the process the capability CAP_NET_BIND_SERVICE."
                            .formatted(property),
                    failure);
        }
        if (message.contains("Cannot assign requested address")) {
            return analysis(listener + "it is not an address of this host.", chooseAddress(property), failure);
        }
        return analysis(
                listener + message + ".", "Check %s.address and %s.port.".formatted(property, property), failure);
    }

    private static String chooseAddress(String property) {
        return ("Set %s.address to an IP address of this host, to a name that resolves to one,"
                        + " or to '::' for every address.")
                .formatted(property);
    }

    private static FailureAnalysis analysis(String description, String action, Throwable failure) {
        return new FailureAnalysis(description, action, failure);
    }
}
