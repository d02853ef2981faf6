package dev.tcpecho.helm;

import static org.assertj.core.api.Assertions.catchThrowable;

import com.jayway.jsonpath.DocumentContext;
import com.jayway.jsonpath.JsonPath;
import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.springframework.util.FileSystemUtils;
import org.yaml.snakeyaml.Yaml;

/**
 * The chart as Helm 3 renders it, for the release {@code tcp-echo}, unless another is given, in the namespace
 * {@code echo}.
 */
final class Chart {

    static final Path DIRECTORY = Path.of("helm", "tcp-echo");

    /** What hooks are annotated with here: Helm as a library leaves out what it takes for a hook. */
    static final String HOOK = "example.com/hook";

    private static final Path WITHOUT_HOOKS = copyWithoutHooks();

    private final List<DocumentContext> manifests;

    private Chart(String manifests) {
        this.manifests = StreamSupport.stream(new Yaml().loadAll(manifests).spliterator(), false)
                .map(JsonPath::parse)
                .toList();
    }

    /** Renders the chart with values in YAML. */
    static Chart with(String... values) {
        return new Chart(render(String.join("\n", values)));
    }

    /** Renders the chart for another release. */
    static Chart ofRelease(String release, String... values) {
        return new Chart(render(release, String.join("\n", values)));
    }

    /** What Helm says instead of rendering the chart with values in YAML. */
    static String refusal(String... values) {
        return String.valueOf(catchThrowable(() -> render(String.join("\n", values))));
    }

    private static String render(String values) {
        return render("tcp-echo", values);
    }

    private static String render(String release, String values) {
        try {
            Path file = Files.createTempFile("values", ".yaml");
            try {
                Files.writeString(file, values);
                return new Helm(WITHOUT_HOOKS)
                        .template()
                        .withName(release)
                        .withNamespace("echo")
                        .withKubeVersion("1.30.0")
                        .withValuesFile(file)
                        .call();
            } finally {
                Files.delete(file);
            }
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static Path copyWithoutHooks() {
        try {
            Path copy = Files.createTempDirectory("chart");
            FileSystemUtils.copyRecursively(DIRECTORY, copy);
            Path test = copy.resolve("templates/tests/echo.yaml");
            Files.writeString(test, Files.readString(test).replace("helm.sh/hook:", HOOK + ":"));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> FileSystemUtils.deleteRecursively(copy.toFile())));
            return copy;
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** All manifests. */
    List<DocumentContext> all() {
        return this.manifests;
    }

    /** All manifests of a kind. */
    List<DocumentContext> all(String kind) {
        return this.manifests.stream()
                .filter(manifest -> kind.equals(manifest.read("$.kind")))
                .toList();
    }

    /** The only manifest of a kind with a name. */
    DocumentContext the(String kind, String name) {
        List<DocumentContext> found = all(kind).stream()
                .filter(manifest -> name.equals(manifest.read("$.metadata.name")))
                .toList();
        if (found.size() != 1) {
            throw new AssertionError("There are %s of %s %s".formatted(found.size(), kind, name));
        }
        return found.get(0);
    }

    DocumentContext deployment() {
        return the("Deployment", "tcp-echo");
    }

    DocumentContext service() {
        return the("Service", "tcp-echo");
    }

    /** The configuration of the service. */
    String applicationYml() {
        return the("ConfigMap", "tcp-echo").read("$.data['application.yml']");
    }
}
