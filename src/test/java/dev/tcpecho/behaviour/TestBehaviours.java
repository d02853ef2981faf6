package dev.tcpecho.behaviour;

import dev.tcpecho.BehaviourProperties;
import dev.tcpecho.EchoProperties.Protocol;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Behaviours as a configuration has them. */
final class TestBehaviours {

    private TestBehaviours() {}

    /** Binds settings, each as {@code name=value}. */
    static BehaviourProperties of(String... settings) {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (String setting : settings) {
            String[] parts = setting.split("=", 2);
            properties.put("behaviours." + parts[0], parts[1]);
        }
        return new Binder(new MapConfigurationPropertySource(properties))
                .bindOrCreate("behaviours", Bindable.of(BehaviourProperties.class));
    }

    /** Makes the set of the listener plain. */
    static BehaviourSet set(String... settings) {
        return new BehaviourSets("plain", Protocol.TCP, Map.of()).of(of(settings));
    }
}
