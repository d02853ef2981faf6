package dev.tcpecho;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.commons.logging.Log;
import org.springframework.aot.AotDetector;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.logging.DeferredLogFactory;
import org.springframework.core.Ordered;
import org.springframework.core.SpringProperties;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;

/**
 * {@link EnvironmentPostProcessor} that gives up the context that the build prepared, for which
 * {@code spring.aot.enabled} asks, where a property may want another one: the build has decided every condition of
 * Spring Boot already.
 */
class BuildTimeConditions implements EnvironmentPostProcessor, Ordered {

    /** What conditions look at. */
    private static final List<ConfigurationPropertyName> CONDITIONS =
            names("spring", "management", "server", "debug", "trace");

    /** What among these they do not look at. */
    private static final List<ConfigurationPropertyName> READ_AT_START = names(
            "server.address",
            "server.port",
            "management.endpoint.health.show-components",
            "management.endpoint.health.show-details",
            "management.endpoints.web.exposure",
            "management.metrics.distribution",
            "management.metrics.enable",
            "management.metrics.tags",
            "spring.aot",
            "spring.application",
            "spring.config",
            "spring.profiles",
            "spring.ssl.bundle");

    private final Log logger;

    BuildTimeConditions(DeferredLogFactory logFactory) {
        this.logger = logFactory.getLog(BuildTimeConditions.class);
    }

    private static List<ConfigurationPropertyName> names(String... names) {
        return Stream.of(names).map(ConfigurationPropertyName::of).toList();
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        if (AotDetector.useGeneratedArtifacts()) {
            propertyOfConditions(environment).ifPresent(name -> {
                SpringProperties.setProperty(AotDetector.AOT_ENABLED, "false");
                this.logger.info("Starting without what the build prepared, which takes longer, as "
                        + "it may not fit the property %s".formatted(name));
            });
        }
    }

    private static Optional<ConfigurationPropertyName> propertyOfConditions(ConfigurableEnvironment environment) {
        return StreamSupport.stream(
                        ConfigurationPropertySources.get(environment).spliterator(), false)
                .filter(source -> !isKnownToTheBuild(source))
                .filter(IterableConfigurationPropertySource.class::isInstance)
                .flatMap(source -> ((IterableConfigurationPropertySource) source).stream())
                .filter(name -> isAmong(CONDITIONS, name) && !isAmong(READ_AT_START, name))
                .findFirst();
    }

    private static boolean isKnownToTheBuild(ConfigurationPropertySource source) {
        return source.getUnderlyingSource() instanceof PropertySource<?> properties
                && properties.getName().contains("classpath:/");
    }

    private static boolean isAmong(List<ConfigurationPropertyName> prefixes, ConfigurationPropertyName name) {
        return prefixes.stream().anyMatch(prefix -> prefix.equals(name) || prefix.isAncestorOf(name));
    }

    /** Comes last, when every source of properties is there. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }
}
