package dev.tcpecho.management;

import dev.tcpecho.behaviour.BehaviourRegistry;
import dev.tcpecho.behaviour.ListenerBehaviours;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * {@link Endpoint @Endpoint} that tells which behaviours are in force on each listener. {@link BehaviourRoutes} add
 * those of one listener, as an endpoint takes no body that is nested.
 */
@Endpoint(id = "behaviours", defaultAccess = Access.READ_ONLY)
final class BehavioursEndpoint {

    private final BehaviourRegistry registry;

    BehavioursEndpoint(BehaviourRegistry registry) {
        this.registry = registry;
    }

    @ReadOperation
    Map<String, ListenerBehaviours.State> behaviours() {
        Map<String, ListenerBehaviours.State> states = new TreeMap<>();
        this.registry.listeners().forEach((name, behaviours) -> states.put(name, behaviours.state()));
        return states;
    }
}
