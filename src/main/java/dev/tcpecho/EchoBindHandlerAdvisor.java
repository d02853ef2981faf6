package dev.tcpecho;

import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.stereotype.Component;

/**
 * {@link ConfigurationPropertiesBindHandlerAdvisor} for {@link EchoProperties}; the properties of Spring Boot are read
 * as its reference says.
 */
@Component
final class EchoBindHandlerAdvisor implements ConfigurationPropertiesBindHandlerAdvisor {

    private static final ConfigurationPropertyName ECHO = ConfigurationPropertyName.of("echo");

    @Override
    public BindHandler apply(BindHandler handler) {
        return new UnknownVariableBindHandler(new ListenerNameBindHandler(new UnitBindHandler(handler, ECHO)));
    }
}
