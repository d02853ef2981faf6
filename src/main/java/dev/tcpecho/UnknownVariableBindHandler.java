package dev.tcpecho;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/**
 * {@link BindHandler} that refuses environment variables of this service which no property reads; Spring Boot ignores
 * them.
 */
final class UnknownVariableBindHandler extends AbstractBindHandler {

    private static final ConfigurationPropertyName ECHO = ConfigurationPropertyName.of("echo");

    /** Kubernetes sets others that begin with ECHO_ where a Service has the name echo. */
    private static final Pattern OF_THIS_SERVICE = Pattern.compile("ECHO_(LISTENERS|LIMITS|DRAIN)_.*");

    /** What the binder has asked for, in its order. */
    private final List<ConfigurationPropertyName> properties = new ArrayList<>();

    /** The variables that answered. */
    private final Set<String> known = new HashSet<>();

    private final Set<ConfigurationPropertyName> lists = new HashSet<>();

    /** The values of behaviours that have one, so that the binder asks for no setting of them. */
    private final Map<ConfigurationPropertyName, Object> shortForms = new HashMap<>();

    UnknownVariableBindHandler(BindHandler parent) {
        super(parent);
    }

    @Override
    public <T> @Nullable Bindable<T> onStart(ConfigurationPropertyName name, Bindable<T> target, BindContext context) {
        if (ECHO.isAncestorOf(name)) {
            EnvironmentVariables environment = new EnvironmentVariables(context.getSources());
            this.properties.add(name);
            String variable = environment.find(name);
            note(variable);
            if (target.getType().resolve() == List.class) {
                this.lists.add(name);
                if (variable == null) {
                    noteElements(name, environment);
                }
            }
        }
        return super.onStart(name, target, context);
    }

    private void note(@Nullable String variable) {
        if (variable != null) {
            this.known.add(variable);
        }
    }

    /** The binder asks the environment for the elements only if no stronger source has the list. */
    private void noteElements(ConfigurationPropertyName list, EnvironmentVariables environment) {
        int position = 0;
        String variable;
        do {
            variable = environment.find(list.append("[" + position++ + "]"));
            note(variable);
        } while (variable != null);
    }

    @Override
    public @Nullable Object onSuccess(
            ConfigurationPropertyName name, Bindable<?> target, BindContext context, Object result) {
        ConfigurationProperty property = context.getConfigurationProperty();
        if (property != null
                && property.getName().equals(name)
                && BehaviourShortForms.isReadInto(target.getType().resolve(Object.class))) {
            this.shortForms.put(name, property.getValue());
        }
        return super.onSuccess(name, target, context, result);
    }

    /**
     * Ends the configuration.
     *
     * @throws EchoConfigurationException if there is such a variable
     */
    @Override
    public void onFinish(
            ConfigurationPropertyName name, Bindable<?> target, BindContext context, @Nullable Object result)
            throws Exception {
        super.onFinish(name, target, context, result);
        if (ECHO.equals(name)) {
            EnvironmentVariables environment = new EnvironmentVariables(context.getSources());
            environment
                    .names()
                    .filter(variable -> OF_THIS_SERVICE
                            .matcher(EnvironmentVariables.normalize(variable))
                            .matches())
                    .filter(variable -> !this.known.contains(variable))
                    .sorted()
                    .findFirst()
                    .ifPresent(variable -> {
                        throw refusal(variable, environment);
                    });
        }
    }

    private EchoConfigurationException refusal(String variable, EnvironmentVariables environment) {
        String normal = EnvironmentVariables.normalize(variable);
        for (ConfigurationPropertyName property : this.properties) {
            String stronger = environment.find(property);
            if (stronger != null
                    && (isSpelledAlike(normal, property)
                            || (this.lists.contains(property) && isAbove(property, normal)))) {
                return new EchoConfigurationException(
                        "The environment variable %s has no effect, because %s sets %s."
                                .formatted(variable, stronger, property),
                        "Remove one of the two.");
            }
        }
        return this.shortForms.entrySet().stream()
                .filter(shortForm -> isAbove(shortForm.getKey(), normal))
                .findFirst()
                .map(shortForm -> BehaviourShortForms.hides(
                        "The environment variable " + variable, shortForm.getKey(), shortForm.getValue()))
                .orElseGet(() -> setsNoProperty(variable, normal));
    }

    private EchoConfigurationException setsNoProperty(String variable, String normal) {
        return new EchoConfigurationException(
                "The environment variable %s sets no property.".formatted(variable),
                this.properties.stream()
                        .filter(property -> isSpelledAlike(normal, property))
                        .findFirst()
                        .map(UnknownVariableBindHandler::howToSet)
                        .orElse(
                                "Correct its name or remove it; the README and docs/behaviours.md list every property."));
    }

    private static boolean isSpelledAlike(String variable, ConfigurationPropertyName property) {
        return lettersAndDigits(EnvironmentVariables.of(property)).equals(lettersAndDigits(variable));
    }

    private static boolean isAbove(ConfigurationPropertyName property, String variable) {
        return IntStream.range(0, variable.length())
                .filter(i -> variable.charAt(i) == '_')
                .anyMatch(i -> isSpelledAlike(variable.substring(0, i), property));
    }

    private static String howToSet(ConfigurationPropertyName property) {
        List<String> elements = IntStream.range(0, property.getNumberOfElements())
                .mapToObj(i -> property.getElement(i, Form.ORIGINAL))
                .toList();
        return elements.stream().allMatch(EnvironmentVariables::canHave)
                ? "Write %s for %s."
                        .formatted(
                                EnvironmentVariables.of(property),
                                elements.stream().collect(Collectors.joining(".")))
                : "Set %s in a file or on the command line, because no environment variable can.".formatted(property);
    }

    private static String lettersAndDigits(String variable) {
        return variable.replaceAll("[^A-Z0-9]", "");
    }
}
