package dev.tcpecho;

import dev.tcpecho.EchoProperties.Drain;
import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.address.AddressBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.core.env.Environment;

/** Finds properties that do nothing beside others: somebody may want that for a while, but nobody should wonder. */
public final class IneffectiveProperties {

    private IneffectiveProperties() {}

    /**
     * Looks for them.
     *
     * @param properties the configuration
     * @param bundles the names of all SSL bundles
     * @param environment what knows the bundles of Spring Boot's servers
     * @return a sentence for each, with what to do
     */
    public static List<String> describe(EchoProperties properties, List<String> bundles, Environment environment) {
        List<String> sentences = new ArrayList<>();
        describeLimits(properties.limits(), sentences);
        describeDrain(properties.drain(), sentences);
        Set<String> used = Stream.concat(
                        properties.listeners().values().stream()
                                .map(listener -> listener.ssl().bundle()),
                        Stream.of("server.ssl.bundle", "management.server.ssl.bundle")
                                .map(environment::getProperty)
                                .filter(Objects::nonNull))
                .collect(Collectors.toSet());
        bundles.stream()
                .filter(bundle -> !used.contains(bundle))
                .map(bundle -> "The SSL bundle '%s' is not used: name it in ssl.bundle of a listener, or remove it"
                        .formatted(bundle))
                .forEach(sentences::add);
        return sentences;
    }

    private static void describeLimits(Limits limits, List<String> sentences) {
        if (limits.connectionsPerAddress() > limits.connections().most()) {
            sentences.add(("echo.limits.connections-per-address is %s, but refuses nobody, because"
                            + " echo.limits.connections is %s: lower the one or raise the other")
                    .formatted(
                            limits.connectionsPerAddress(), limits.connections().most()));
        }
        for (AddressBlock allowed : limits.allow()) {
            limits.deny().stream()
                    .filter(denied -> denied.contains(allowed))
                    .findFirst()
                    .ifPresent(denied -> sentences.add(
                            "echo.limits.allow has %s, but allows nobody, because echo.limits.deny has %s: remove one of them"
                                    .formatted(allowed, denied)));
        }
    }

    private static void describeDrain(Drain drain, List<String> sentences) {
        // Whoever sets no time for a drain wants no quiet time either.
        if (!drain.timeout().isZero() && drain.quiet().compareTo(drain.timeout()) > 0) {
            sentences.add(("echo.drain.quiet is %s, but ends no connection, because echo.drain.timeout is %s:"
                            + " lower the one or raise the other")
                    .formatted(Durations.print(drain.quiet()), Durations.print(drain.timeout())));
        }
    }
}
