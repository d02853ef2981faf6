package dev.tcpecho.diagnostics;

import dev.tcpecho.server.ListenerBindException;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.List;
import java.util.Objects;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.Environment;

/** {@link FailureAnalyzer} for a listener that cannot be opened. */
class ListenerBindFailureAnalyzer extends AbstractFailureAnalyzer<ListenerBindException> {

    /** Where there is a link-local address (RFC 4291, section 2.5.6), it is on each interface. */
    private static final String CHOOSE_ZONE =
            "Set %s.address to the address, '%%' and the name of its interface, for example 'fe80::1%%eth0'"
                    + " ('ip -6 address' lists both), or to '::' for every address.";

    private final Environment environment;

    ListenerBindFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ListenerBindException failure) {
        Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
        // The transports have no exception in common, but they all quote the kernel.
        String message = Objects.requireNonNullElse(cause.getMessage(), cause.toString());
        String address = failure.listener().address();
        String property = "echo.listeners." + failure.name();
        if (message.contains("Address already in use")) {
            return portInUse(failure, property);
        }
        if (cause instanceof UnknownHostException) {
            return address.contains("%")
                    ? analysis(
                            failure,
                            "no interface of that name has a link-local address.",
                            CHOOSE_ZONE.formatted(property))
                    : analysis(failure, "the address does not resolve.", chooseAddress(property));
        }
        if (message.contains("broadcast address")) {
            return analysis(failure, "it is a broadcast address.", chooseAddress(property));
        }
        if (message.contains("Permission denied")) {
            return analysis(
                    failure,
                    "this process may not open a privileged port.",
                    "Set %s.port to 1024 or more, or grant the process the capability CAP_NET_BIND_SERVICE."
                            .formatted(property));
        }
        if (message.contains("Cannot assign requested address")) {
            return analysis(failure, "it is not an address of this host.", chooseAddress(property));
        }
        if (message.contains("Invalid argument") && isLinkLocalWithoutZone(address)) {
            return analysis(
                    failure, "a link-local address needs its interface as a zone.", CHOOSE_ZONE.formatted(property));
        }
        if (message.contains("Address family not supported") || cause instanceof UnsupportedAddressTypeException) {
            return analysis(
                    failure,
                    "this host or this Java has no IPv6.",
                    ("Set %s.address to an IPv4 address of this host, or to '0.0.0.0' for each of them; IPv6 may be off"
                                    + " in the kernel (net.ipv6.conf.all.disable_ipv6) or by -Djava.net.preferIPv4Stack.")
                            .formatted(property));
        }
        return analysis(failure, message + ".", "Check %s.address and %s.port.".formatted(property, property));
    }

    /** The service's own ports first, as a search for another process would not end there. */
    private FailureAnalysis portInUse(ListenerBindException failure, String property) {
        int port = failure.listener().port();
        if (failure.overlapping().isPresent()) {
            return analysis(
                    failure,
                    "the listener '%s' has opened it."
                            .formatted(failure.overlapping().get()),
                    "Set %s.port to another port than %s, or remove one of the two listeners."
                            .formatted(property, port));
        }
        for (String server : failure.listener().isUdp() ? List.<String>of() : List.of("server", "management.server")) {
            String opened = server.equals("server") ? "local.server.port" : "local.management.port";
            if (String.valueOf(port).equals(this.environment.getProperty(opened))) {
                return analysis(
                        failure,
                        "the service has opened it for HTTP, as %s.port says.".formatted(server),
                        "Set %s.port or %s.port to another port than %s.".formatted(property, server, port));
            }
        }
        return analysis(
                failure,
                "the port is already in use.",
                "Stop what uses port %s ('ss -l%snp sport = :%s' names it), or set %s.port to another port, or to 0 for any free one."
                        .formatted(port, failure.listener().isUdp() ? "u" : "t", port, property));
    }

    private static boolean isLinkLocalWithoutZone(String address) {
        InetAddress literal = NetUtil.createInetAddressFromIpAddressString(address);
        return literal != null && literal.isLinkLocalAddress() && !address.contains("%");
    }

    private static String chooseAddress(String property) {
        return ("Set %s.address to an IP address of this host, to a name that resolves to one,"
                        + " or to '::' for every address.")
                .formatted(property);
    }

    private static FailureAnalysis analysis(ListenerBindException failure, String reason, String action) {
        return new FailureAnalysis(
                "The listener '%s' cannot open port %s on '%s': %s"
                        .formatted(
                                failure.name(),
                                failure.listener().port(),
                                failure.listener().address(),
                                reason),
                action,
                failure);
    }
}
