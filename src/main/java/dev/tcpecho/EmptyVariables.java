package dev.tcpecho;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.support.SystemEnvironmentPropertySourceEnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * {@link EnvironmentPostProcessor} that takes an empty environment variable of this service for one that is not set.
 * Compose files and charts pass a value on that way, whether there is one or not. Spring Boot takes an empty text for
 * the default of some types, and for a wrong value of others.
 */
class EmptyVariables implements EnvironmentPostProcessor, Ordered {

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        String name = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
        if (environment.getPropertySources().get(name) instanceof SystemEnvironmentPropertySource variables) {
            Map<String, Object> filled = new LinkedHashMap<>(variables.getSource());
            filled.entrySet()
                    .removeIf(variable -> variable.getValue().equals("")
                            && EnvironmentVariables.normalize(variable.getKey()).startsWith("ECHO_"));
            // Spring Boot reads its own map of the variables faster than a copy.
            if (filled.size() < variables.getSource().size()) {
                environment.getPropertySources().replace(name, new SystemEnvironmentPropertySource(name, filled));
            }
        }
    }

    /** Comes before Spring Boot wraps the variables. */
    @Override
    public int getOrder() {
        return SystemEnvironmentPropertySourceEnvironmentPostProcessor.DEFAULT_ORDER - 1;
    }
}
