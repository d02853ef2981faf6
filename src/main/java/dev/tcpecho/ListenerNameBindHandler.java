package dev.tcpecho;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;

/**
 * {@link BindHandler} that takes an environment variable for the listener that it can only mean. The binder makes a
 * listener {@code plaintcp} of {@code ECHO_LISTENERS_PLAINTCP_PORT} beside the {@code plain-tcp} of a file. Both then
 * have the same properties, because the binder ignores dashes and capitals.
 */
final class ListenerNameBindHandler extends AbstractBindHandler {

    private static final Log logger = LogFactory.getLog(ListenerNameBindHandler.class);

    private static final ConfigurationPropertyName LISTENERS = ConfigurationPropertyName.of("echo.listeners");

    ListenerNameBindHandler(BindHandler parent) {
        super(parent);
    }

    /**
     * Passes the listeners on, each once.
     *
     * @throws EchoConfigurationException if the binder cannot tell two of them apart
     */
    @Override
    public @Nullable Object onSuccess(
            ConfigurationPropertyName name, Bindable<?> target, BindContext context, Object result) {
        Object passed = super.onSuccess(name, target, context, result);
        return (LISTENERS.equals(name) && passed instanceof Map<?, ?> listeners)
                ? distinct(listeners, context.getSources())
                : passed;
    }

    private static Map<String, Object> distinct(Map<?, ?> listeners, Iterable<ConfigurationPropertySource> sources) {
        Set<String> written = StreamSupport.stream(sources.spliterator(), false)
                .filter(source -> !EnvironmentVariables.isEnvironment(source))
                .flatMap(ListenerNameBindHandler::names)
                .collect(Collectors.toSet());
        Map<String, Object> distinct = new LinkedHashMap<>();
        Map<String, String> names = new LinkedHashMap<>();
        // Those of files come first: a variable cannot have every name.
        Stream.concat(
                        listeners.keySet().stream().filter(written::contains),
                        listeners.keySet().stream().filter(name -> !written.contains(name)))
                .map(Object::toString)
                .forEach(name -> {
                    String other = names.putIfAbsent(uniform(name), name);
                    if (other == null) {
                        distinct.put(name, listeners.get(name));
                        tellIfOutOfReach(name);
                    } else if (written.contains(name) || !written.contains(other)) {
                        throw new EchoConfigurationException(
                                "The listeners '%s' and '%s' have the same name to Spring Boot, which ignores dashes and capitals."
                                        .formatted(other, name),
                                "Rename one of them.");
                    } else {
                        tellVariables(name, other, new EnvironmentVariables(sources));
                    }
                });
        return distinct;
    }

    private static void tellIfOutOfReach(String listener) {
        if (!EnvironmentVariables.canHave(listener)) {
            logger.info(("No environment variable can set a property of the listener '%s':"
                            + " a variable has letters, digits and underscores")
                    .formatted(listener));
        }
    }

    private static void tellVariables(String name, String listener, EnvironmentVariables environment) {
        String variables = environment
                .names()
                .filter(variable -> EnvironmentVariables.normalize(variable)
                        .startsWith(EnvironmentVariables.of(LISTENERS.append(name)) + "_"))
                .sorted()
                .collect(Collectors.joining(", "));
        logger.info("Echo listener %s has properties from %s: a variable has its name without dashes and capitals"
                .formatted(listener, variables));
    }

    private static Stream<String> names(ConfigurationPropertySource source) {
        return (source instanceof IterableConfigurationPropertySource iterable)
                ? iterable.stream()
                        .filter(LISTENERS::isAncestorOf)
                        .map(property -> property.getElement(LISTENERS.getNumberOfElements(), Form.ORIGINAL))
                : Stream.empty();
    }

    private static String uniform(String name) {
        return EnvironmentVariables.of(ConfigurationPropertyName.adapt(name, '.'));
    }
}
