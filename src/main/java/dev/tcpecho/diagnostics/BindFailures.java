package dev.tcpecho.diagnostics;

import dev.tcpecho.BehaviourProperties;
import dev.tcpecho.BehaviourProperties.After;
import dev.tcpecho.BehaviourProperties.Chunk;
import dev.tcpecho.BehaviourProperties.Corrupt;
import dev.tcpecho.BehaviourProperties.Delay;
import dev.tcpecho.BehaviourProperties.Greeting;
import dev.tcpecho.BehaviourProperties.Loss;
import dev.tcpecho.BehaviourProperties.Rate;
import dev.tcpecho.BehaviourProperties.Refuse;
import dev.tcpecho.ConnectionLimit;
import dev.tcpecho.EchoConfigurationException;
import dev.tcpecho.EchoProperties.Drain;
import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.EchoProperties.Listener;
import dev.tcpecho.EchoProperties.Ssl;
import dev.tcpecho.MissingUnitException;
import dev.tcpecho.address.AddressBlock;
import dev.tcpecho.address.InvalidAddressBlockException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.ResolvableType;
import org.springframework.util.unit.DataSize;

/** Tells in sentences why a value cannot be a property's, where Boot's own names Java types. */
public final class BindFailures {

    private static final Wanted DURATION =
            new Wanted("a duration", "a number and a unit, for example 500ms, 20s or 5m");

    private static final Wanted DATA_SIZE =
            new Wanted("a data size", "a number and a unit, for example 100B, 1KB or 1GB");

    private static final Wanted PORT = new Wanted("a whole number", "a port from 0 to 65535, where 0 is any free port");

    private static final Map<Class<?>, Wanted> WANTED = Map.ofEntries(
            Map.entry(Duration.class, DURATION),
            Map.entry(Delay.class, DURATION),
            Map.entry(DataSize.class, DATA_SIZE),
            Map.entry(Rate.class, DATA_SIZE),
            Map.entry(Chunk.class, DATA_SIZE),
            Map.entry(Corrupt.class, DATA_SIZE),
            Map.entry(
                    After.class,
                    new Wanted("a data size or a duration", "a number and a unit, for example 10KB or 5s")),
            Map.entry(Refuse.class, new Wanted("a share or close-port", "a share from 0 to 1, or to close-port")),
            Map.entry(Loss.class, new Wanted("a share", "a share from 0 to 1")),
            Map.entry(Greeting.class, new Wanted("a text", "a text in quotation marks, for example \"hello\"")),
            Map.entry(
                    BehaviourProperties.class,
                    new Wanted("a map of behaviours", "behaviours by their names, for example delay: 100ms")),
            Map.entry(
                    AddressBlock.class,
                    new Wanted(
                            "a CIDR block",
                            "an IP address, a slash and a prefix length, for example 10.0.0.0/8, 192.0.2.7/32 or"
                                    + " 2001:db8::/32; names are not looked up")),
            Map.entry(
                    ConnectionLimit.class,
                    new Wanted(
                            "auto or a whole number from 1 on",
                            "auto, or to a whole number from 1 on, for example 100")),
            Map.entry(boolean.class, new Wanted("a truth value", "true or false")),
            Map.entry(int.class, new Wanted("a whole number", "a whole number, for example 100")),
            // Of this type are the ports of Spring Boot alone.
            Map.entry(Integer.class, PORT),
            Map.entry(Long.class, new Wanted("a whole number", "a whole number, for example 100")),
            Map.entry(double.class, new Wanted("a number", "a number, for example 0.5")));

    /** What has properties and no value of its own, with a property to show as an example. */
    private static final Map<Class<?>, String> GROUPS =
            Map.of(Listener.class, "port", Ssl.class, "bundle", Limits.class, "connections", Drain.class, "timeout");

    /** A value of the variables that Kubernetes sets, for example {@code ECHO_LISTENERS_PORT=tcp://10.0.0.1:80}. */
    private static final Pattern SERVICE_LINK = Pattern.compile("(tcp|udp|sctp)://.*");

    private BindFailures() {}

    /**
     * Explains a failure.
     *
     * @param failure what the binder said
     * @param property what it failed with, if that is known
     * @param origins whether it helps to tell where the value comes from
     * @return what is wrong, and what to do; {@code null} for a property that is nothing of this service's
     */
    public static @Nullable EchoConfigurationException explain(
            BindException failure, @Nullable ConfigurationProperty property, boolean origins) {
        if (failure.getCause() instanceof UnboundConfigurationPropertiesException unbound) {
            return explain(unbound, origins);
        }
        Class<?> type = type(failure.getTarget().getType());
        String example = GROUPS.get(type);
        if (property != null && example != null) {
            return isGroup(property, example, origins);
        }
        Wanted wanted = wanted(type);
        if (property == null || wanted == null) {
            return null;
        }
        return new EchoConfigurationException(
                (failure.getCause() instanceof MissingUnitException missing)
                        ? "%s is '%s', which has no unit%s%s."
                                .formatted(
                                        property.getName(),
                                        missing.value(),
                                        (property.getValue() instanceof Number) ? "; YAML reads 5:00 as 300" : "",
                                        origin(property, origins))
                        : isNot(wanted, property, origins),
                (NestedExceptionUtils.getMostSpecificCause(failure) instanceof InvalidAddressBlockException invalid)
                        ? String.valueOf(invalid.getMessage())
                        : "Set %s to %s.".formatted(property.getName(), wanted.values));
    }

    /** Tells that a port of Spring Boot's servers is no whole number. */
    static EchoConfigurationException isNoPort(ConfigurationProperty property) {
        return new EchoConfigurationException(
                isNot(PORT, property, true), "Set %s to %s.".formatted(property.getName(), PORT.values));
    }

    private static String isNot(Wanted wanted, ConfigurationProperty property, boolean origins) {
        return "%s is '%s', which is not %s%s%s."
                .formatted(
                        property.getName(),
                        property.getValue(),
                        wanted.kind,
                        (property.getValue() instanceof Boolean)
                                ? "; YAML reads yes and on as true, no and off as false"
                                : "",
                        origin(property, origins));
    }

    private static EchoConfigurationException isGroup(ConfigurationProperty property, String example, boolean origins) {
        boolean ofKubernetes =
                SERVICE_LINK.matcher(String.valueOf(property.getValue())).matches();
        return new EchoConfigurationException(
                "%s is '%s'%s, but it has properties and takes no value of its own."
                        .formatted(property.getName(), property.getValue(), origin(property, origins)),
                ofKubernetes
                        ? "Set enableServiceLinks: false in the pod, because Kubernetes sets this variable for a Service, or rename the Service."
                        : "Remove it, or set a property of it, for example %s.%s."
                                .formatted(property.getName(), example));
    }

    /** A property without a value binds nothing, and is then among those that do not exist. */
    static EchoConfigurationException explain(UnboundConfigurationPropertiesException unbound, boolean origins) {
        Set<ConfigurationProperty> properties = unbound.getUnboundProperties();
        if (properties.stream().allMatch(property -> property.getName().isLastElementIndexed())) {
            return isList(properties.iterator().next(), origins);
        }
        boolean empty =
                properties.stream().allMatch(property -> property.getValue().equals(""));
        String settings =
                properties.stream().map(property -> setting(property, origins)).collect(Collectors.joining(", "));
        return empty
                ? new EchoConfigurationException(
                        "There is no such property, or it needs a value: %s.".formatted(settings),
                        "Correct its name, give it a value or remove it; the README and docs/behaviours.md list every property.")
                : noSuchProperty(settings);
    }

    static String setting(ConfigurationProperty property, boolean origins) {
        return "%s = '%s'%s".formatted(property.getName(), property.getValue(), origin(property, origins));
    }

    private static EchoConfigurationException isList(ConfigurationProperty element, boolean origins) {
        ConfigurationPropertyName list = element.getName().getParent();
        if (!element.getName().getLastElement(Form.ORIGINAL).equals("0")) {
            return new EchoConfigurationException(
                    "%s is '%s'%s, but an element before it is missing."
                            .formatted(element.getName(), element.getValue(), origin(element, origins)),
                    "Number the elements of %s from 0, without a gap.".formatted(list));
        }
        return new EchoConfigurationException(
                "%s is '%s'%s, but %s takes no list."
                        .formatted(element.getName(), element.getValue(), origin(element, origins), list),
                "Set %s as the README and docs/behaviours.md show.".formatted(list));
    }

    /**
     * Tells that there is no such property.
     *
     * @param setting its name and value
     * @return what is wrong, and what to do
     */
    public static EchoConfigurationException noSuchProperty(String setting) {
        return new EchoConfigurationException(
                "There is no such property: %s.".formatted(setting),
                "Correct its name or remove it; the README and docs/behaviours.md list every property.");
    }

    private static String origin(ConfigurationProperty property, boolean origins) {
        return origins ? Origins.describe(property) : "";
    }

    /** What is wanted, be it one or a list. */
    private static Class<?> type(ResolvableType target) {
        return (target.resolve() == List.class ? target.getGeneric() : target).resolve(Object.class);
    }

    private static @Nullable Wanted wanted(Class<?> type) {
        if (type.isEnum()) {
            String values = Arrays.stream(type.getEnumConstants())
                    .map(value ->
                            ((Enum<?>) value).name().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .collect(Collectors.joining(", "));
            return new Wanted("one of its values", "one of: " + values);
        }
        return WANTED.get(type);
    }

    /**
     * What a type of property takes.
     *
     * @param kind what it is
     * @param values what to write
     */
    private record Wanted(String kind, String values) {}
}
