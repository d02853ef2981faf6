package dev.tcpecho.behaviour;

import dev.tcpecho.EchoProperties;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import reactor.core.scheduler.Scheduler;

/** The behaviours of all listeners. */
public final class BehaviourRegistry {

    private final Map<String, ListenerBehaviours> listeners = new TreeMap<>();

    /**
     * Begins with the behaviours of the configuration.
     *
     * @param properties the configuration, which has been checked
     * @param beans the beans that shape streams, by their names, in their order
     * @param switchable whether other behaviours may be switched to
     * @param registry where meters are registered
     * @param timer what ends behaviours that last for a while; its threads may be blocked
     * @throws dev.tcpecho.EchoConfigurationException if the configuration names a bean that there is not, or if a bean
     *     has the name of a behaviour
     */
    public BehaviourRegistry(
            EchoProperties properties,
            Map<String, Behaviour> beans,
            boolean switchable,
            MeterRegistry registry,
            Scheduler timer) {
        properties.listeners().forEach((name, listener) -> {
            Map<String, Behaviour> ofStreams = listener.isUdp() ? Map.of() : beans;
            this.listeners.put(name, new ListenerBehaviours(name, listener, ofStreams, switchable, registry, timer));
        });
    }

    /**
     * Tells whether any stream may ever wait in a behaviour.
     *
     * @return whether any behaviour is configured or may be switched to
     */
    public boolean isUsed() {
        return this.listeners.values().stream().anyMatch(ListenerBehaviours::isUsed);
    }

    /**
     * Returns the behaviours of each listener.
     *
     * @return by the listener's name, in the order of the names
     */
    public Map<String, ListenerBehaviours> listeners() {
        return Collections.unmodifiableMap(this.listeners);
    }
}
