package dev.tcpecho;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.event.ApplicationPreparedEvent;
import org.springframework.boot.env.ConfigTreePropertySource;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.Resource;

/**
 * {@link ApplicationListener} that logs which configuration files were read, the strongest first, before anything in
 * them can stop the start: a file that was meant and is not among them explains itself.
 */
class ConfigurationFilesLog implements ApplicationListener<ApplicationPreparedEvent> {

    private static final Log logger = LogFactory.getLog(ConfigurationFilesLog.class);

    @Override
    public void onApplicationEvent(ApplicationPreparedEvent event) {
        logger.info("Echo configuration read from %s; working directory %s"
                .formatted(
                        event.getApplicationContext().getEnvironment().getPropertySources().stream()
                                .flatMap(source -> file(source).stream())
                                .distinct()
                                .collect(Collectors.joining(", ")),
                        absolute(Path.of(""))));
    }

    private static Optional<String> file(PropertySource<?> source) {
        if (source instanceof ConfigTreePropertySource tree) {
            return Optional.of(absolute(tree.getSource()));
        }
        return (source instanceof OriginTrackedMapPropertySource file) ? file(file) : Optional.empty();
    }

    /** Each property of a file tells the file. */
    private static Optional<String> file(OriginTrackedMapPropertySource source) {
        return Arrays.stream(source.getPropertyNames())
                .map(name -> resource(source, name))
                .filter(Objects::nonNull)
                .findFirst()
                .map(ConfigurationFilesLog::describe);
    }

    private static @Nullable Resource resource(OriginTrackedMapPropertySource source, String name) {
        return (source.getOrigin(name) instanceof TextResourceOrigin origin) ? origin.getResource() : null;
    }

    private static String describe(Resource resource) {
        try {
            return resource.isFile() ? absolute(resource.getFile().toPath()) : resource.getDescription();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static String absolute(Path path) {
        return path.toAbsolutePath().normalize().toString();
    }
}
