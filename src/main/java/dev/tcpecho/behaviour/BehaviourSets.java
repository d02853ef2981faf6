package dev.tcpecho.behaviour;

import dev.tcpecho.BehaviourProperties;
import dev.tcpecho.BehaviourRules;
import dev.tcpecho.EchoConfigurationException;
import dev.tcpecho.EchoProperties.Protocol;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Makes the sets of behaviours of one listener. */
final class BehaviourSets {

    static final String REFUSE = "refuse";

    /** In the order in which they shape a stream; refuse comes before there is one. */
    private static final List<String> OF_STREAMS = List.of(
            REFUSE,
            Corrupt.NAME,
            Delay.NAME,
            Rate.NAME,
            Chunk.NAME,
            StallAfter.NAME,
            Greeting.NAME,
            EndAfter.CLOSE,
            EndAfter.RESET);

    private static final List<String> OF_DATAGRAMS = List.of(DatagramFaults.LOSS, Corrupt.NAME, Delay.NAME);

    private static final String EVERY_BEAN = "*";

    private final String listener;

    private final Protocol protocol;

    private final Map<String, Behaviour> beans;

    /**
     * Makes sets with beans.
     *
     * @throws EchoConfigurationException if a bean has the name of a behaviour of the configuration
     */
    BehaviourSets(String listener, Protocol protocol, Map<String, Behaviour> beans) {
        beans.keySet().stream()
                .filter(name -> OF_STREAMS.contains(name) || OF_DATAGRAMS.contains(name))
                .findFirst()
                .ifPresent(BehaviourSets::refuse);
        this.listener = listener;
        this.protocol = protocol;
        this.beans = beans;
    }

    /** Returns the names of all behaviours that the listener can have. */
    List<String> names() {
        List<String> names = new ArrayList<>((this.protocol == Protocol.UDP) ? OF_DATAGRAMS : OF_STREAMS);
        names.addAll(this.beans.keySet());
        return names;
    }

    private static void refuse(String bean) {
        throw new EchoConfigurationException(
                "The bean '%s' of the type Behaviour has the name of a behaviour of the configuration.".formatted(bean),
                "Give the bean another name.");
    }

    /**
     * Checks the names of beans, and that the behaviours are for what the listener echoes.
     *
     * @param prefix what the name of their property begins with
     * @throws EchoConfigurationException if there is no such bean, or if a behaviour can do nothing
     */
    void check(String prefix, BehaviourProperties properties) {
        BehaviourRules.check(prefix, properties, this.protocol);
        for (String name : properties.beans()) {
            if (!name.equals(EVERY_BEAN) && !this.beans.containsKey(name)) {
                throw new EchoConfigurationException(
                        "%sbeans has '%s', but no bean of the type Behaviour has that name.".formatted(prefix, name),
                        this.beans.isEmpty()
                                ? "Remove the name, or add the bean."
                                : "Use %s, or * for every bean.".formatted(String.join(", ", this.beans.keySet())),
                        prefix + "beans");
            }
        }
    }

    /** Makes the set that is configured; looks the host's name up if it has a greeting. */
    BehaviourSet of(BehaviourProperties properties) {
        long seed = (properties.seed() != null) ? properties.seed() : new SecureRandom().nextInt(1_000_000);
        Greeting.Host host = (properties.greeting() != null) ? host() : new Greeting.Host("", "", "");
        return new BehaviourSet(this.listener, properties, seed, this.beans, host);
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
