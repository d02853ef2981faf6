package dev.tcpecho.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.DocumentContext;
import com.jayway.jsonpath.JsonPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

/** What an optional value that is null does: the same as an empty one. */
class ChartNullTests {

    /** Switches on what would hide values that are not read otherwise. */
    private static final String EVERYTHING_ON = """
            tls: {secretName: certificate}
            preStop: {enabled: true}
            service: {type: LoadBalancer}
            networkPolicy: {enabled: true}
            autoscaling: {type: hpa, cpu: 70, connectionsPerPod: 500}
            resources: {limits: {cpu: 1}}
            serviceMonitor: {enabled: true}
            prometheusRule: {enabled: true}
            grafanaDashboard: {enabled: true}
            probe: {enabled: true}
            echo: {listeners: {plain: {}, local: {path: /run/tcp-echo/echo.sock}}}
            """;

    /** What nothing can stand for, so that the schema asks for it. */
    private static final Set<String> NEEDED = Set.of(
            "echo",
            "echo.limits",
            "echo.limits.connections",
            "echo.drain",
            "echo.drain.delay",
            "echo.drain.timeout",
            "jvm",
            "jvm.overhead",
            "jvm.processors",
            "image",
            "image.repository",
            "replicas",
            "autoscaling.minReplicas",
            "autoscaling.maxReplicas",
            "podDisruptionBudget.maxUnavailable");

    private static final List<String> PASSED_ON =
            List.of("echo.", "strategy.", "podSecurityContext.", "securityContext.");

    private static final String BY_DEFAULT = outcome(EVERYTHING_ON);

    static Stream<String> values() throws IOException {
        return paths("", defaults());
    }

    private static Map<String, Object> defaults() {
        try {
            return new Yaml().load(Files.readString(Chart.DIRECTORY.resolve("values.yaml")));
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static Stream<String> paths(String parent, Map<String, Object> values) {
        return values.entrySet().stream().flatMap(entry -> {
            String path = parent + entry.getKey();
            return Stream.concat(
                    Stream.of(path),
                    (entry.getValue() instanceof Map<?, ?> nested) ? paths(path + ".", map(nested)) : Stream.empty());
        });
    }

    @ParameterizedTest
    @MethodSource("values")
    void optionalValueThatIsNullIsAsIfEmpty(String path) {
        String outcome = outcome(everythingOnBut(path, null));
        if (NEEDED.contains(path)) {
            assertThat(outcome).contains("missing property '%s'".formatted(path.substring(path.lastIndexOf('.') + 1)));
        } else {
            assertThat(outcome).doesNotContain("missing property", "executing \"", "YAML parse error");
            empty(path).ifPresent(empty -> assertThat(outcome).isEqualTo(outcomeOf(path, empty)));
        }
    }

    private static String outcomeOf(String path, Object empty) {
        boolean byDefault = empty.equals(defaultOf(path)) && !path.matches("(autoscaling|preStop|tls|.*[.]enabled).*");
        return byDefault ? BY_DEFAULT : outcome(everythingOnBut(path, empty));
    }

    /** The manifests, or the sentence that refuses the values. */
    private static String outcome(String values) {
        Chart chart;
        try {
            chart = Chart.with(values);
        } catch (IllegalStateException ex) {
            return String.valueOf(ex.getMessage());
        }
        assertHasNoNull(chart);
        return json(chart).toString();
    }

    /** Helm takes null away where values.yaml has a default. What users name themselves is not in values.yaml. */
    @Test
    void nullTakesAwayWhatAnEarlierFileNamed() throws IOException {
        DocumentContext schema = JsonPath.parse(Files.readString(Chart.DIRECTORY.resolve("values.schema.json")));
        Chart chart = Chart.with(
                """
                echo:
                  listeners:
                    gone: null
                    plain: %s
                    b: {port: 25342, ssl: {bundle: null, client-auth: null}, behaviours: %s}
                service: {annotations: {a: null}, ports: {plain: null}, nodePorts: {plain: null}}
                tcpRoutes: {plain: null}
                tlsRoutes: {plain: null}
                udpRoutes: {plain: null}
                autoscaling: {behavior: {scaleUp: null, scaleDown: null}}
                resources: {limits: {cpu: null, memory: null}, requests: {memory: null}}
                podAnnotations: {a: null}
                podLabels: {a: null}
                podSecurityContext: {fsGroup: null}
                nodeSelector: {a: null}
                affinity: {nodeAffinity: null, podAffinity: null, podAntiAffinity: null}
                """.formatted(nulls(schema, "$.definitions.listener"), nulls(schema, "$.definitions.behaviours")));
        assertHasNoNull(chart);
        assertThat(json(chart)).isEqualTo(json(Chart.with("""
                echo: {listeners: {plain: {}, b: {port: 25342, ssl: {}, behaviours: {}}}}
                autoscaling: {behavior: {}}
                resources: {limits: {}}
                """)));
    }

    private static String nulls(DocumentContext schema, String path) {
        Map<String, Object> nulls = new LinkedHashMap<>(schema.<Map<String, Object>>read(path + ".properties"));
        nulls.replaceAll((name, described) -> null);
        return JsonPath.parse(nulls).jsonString();
    }

    private static String everythingOnBut(String path, @Nullable Object value) {
        Map<String, Object> values = new Yaml().load(EVERYTHING_ON);
        Map<String, Object> parent = values;
        String[] names = path.split("\\.");
        for (int i = 0; i < names.length - 1; i++) {
            parent = map((Map<?, ?>) parent.computeIfAbsent(names[i], name -> new LinkedHashMap<>()));
        }
        parent.put(names[names.length - 1], value);
        return new Yaml().dump(values);
    }

    /** What is empty of the kind of a value, where the chart reads it and does not only pass it on. */
    private static Optional<Object> empty(String path) {
        if (PASSED_ON.stream().anyMatch(path::startsWith)) {
            return Optional.empty();
        }
        Object value = defaultOf(path);
        if (value instanceof List) {
            return Optional.of(List.of());
        }
        if (value instanceof Boolean) {
            return Optional.of(false);
        }
        return Optional.ofNullable(Objects.equals(value, "") || Objects.equals(value, 0) ? value : null);
    }

    private static Object defaultOf(String path) {
        Object value = defaults();
        for (String name : path.split("\\.")) {
            value = ((Map<?, ?>) value).get(name);
        }
        return value;
    }

    private static void assertHasNoNull(Chart chart) {
        for (DocumentContext manifest : chart.all()) {
            assertThat(manifest.<List<Object>>read("$..*"))
                    .as(manifest.jsonString())
                    .doesNotContainNull();
        }
        assertThat(JsonPath.parse(new Yaml().<Object>load(chart.applicationYml()))
                        .<List<Object>>read("$..*"))
                .doesNotContainNull();
    }

    private static List<Object> json(Chart chart) {
        return chart.all().stream().map(DocumentContext::<Object>json).toList();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Map<?, ?> map) {
        return (Map<String, Object>) map;
    }
}
