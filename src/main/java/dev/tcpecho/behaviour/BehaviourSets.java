package dev.tcpecho.behaviour;

import dev.tcpecho.BehaviourProperties;
import dev.tcpecho.EchoConfigurationException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.Map;

/** Makes the sets of behaviours of one listener. */
final class BehaviourSets {

    private static final String EVERY_BEAN = "*";

    private final String listener;

    private final Map<String, Behaviour> beans;

    BehaviourSets(String listener, Map<String, Behaviour> beans) {
        this.listener = listener;
        this.beans = beans;
    }

    /** Makes the set that is configured; looks the host's name up if it has a greeting. */
    BehaviourSet of(BehaviourProperties properties) {
        properties.beans().forEach(this::requireBean);
        long seed = (properties.seed() != null) ? properties.seed() : new SecureRandom().nextInt(1_000_000);
        Greeting.Host host = (properties.greeting() != null) ? host() : new Greeting.Host("", "", "");
        return new BehaviourSet(this.listener, properties, seed, this.beans, host);
    }

    private void requireBean(String name) {
        if (!name.equals(EVERY_BEAN) && !this.beans.containsKey(name)) {
            throw new EchoConfigurationException(
                    "The behaviours of the listener '%s' name the bean '%s', but there is no such bean of the type Behaviour."
                            .formatted(this.listener, name),
                    "Name one of %s, or * for every one.".formatted(this.beans.keySet()));
        }
    }

    private static Greeting.Host host() {
        return new Greeting.Host(hostname(), environment("POD_NAME"), environment("POD_NAMESPACE"));
    }

    private static String hostname() {
        String name = environment("HOSTNAME");
        if (!name.isEmpty()) {
            return name;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException ex) {
            return "localhost";
        }
    }

    private static String environment(String variable) {
        String value = System.getenv(variable);
        return (value != null) ? value : "";
    }
}
