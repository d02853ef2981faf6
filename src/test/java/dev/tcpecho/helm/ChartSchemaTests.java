package dev.tcpecho.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.jayway.jsonpath.DocumentContext;
import com.jayway.jsonpath.JsonPath;
import dev.tcpecho.EchoProperties;
import dev.tcpecho.address.AddressBlock;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;

/** Which values the chart refuses, with their names. */
class ChartSchemaTests {

    private static final Path SCHEMA = Chart.DIRECTORY.resolve("values.schema.json");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    echo: {drain: {dely: 5s}}                               | '/echo/drain': additional properties 'dely'
                    echo: {drain: {delay: 5}}                               | '/echo/drain/delay'
                    echo: {drain: {delay: 5 s}}                             | '/echo/drain/delay'
                    echo: {drain: {delay: -5s}}                             | '/echo/drain/delay'
                    echo: {drain: {delay: 05s}}                             | '/echo/drain/delay'
                    echo: {drain: {quiet: PT1S}}                            | '/echo/drain/quiet'
                    echo: {drain: {timeout: 20us}}                          | '/echo/drain/timeout'
                    echo: {limits: {connections: 0}}                        | '/echo/limits/connections'
                    echo: {limits: {connections: many}}                     | '/echo/limits/connections'
                    echo: {limits: {idle-timeout: never}}                   | '/echo/limits/idle-timeout'
                    echo: {limits: {idleTimeout: 5m}}                       | '/echo/limits': additional properties 'idleTimeout'
                    echo: {limits: {allow: [localhost]}}                    | '/echo/limits/allow/0'
                    echo: {transport: kqueue}                               | '/echo/transport'
                    echo: {listeners: {plain: null}}                        | '/echo/listeners'
                    echo: {listeners: {other: {}}}                          | '/echo/listeners/other': missing property 'port'
                    echo: {listeners: {plain: {port: 80}}}                  | '/echo/listeners/plain/port'
                    echo: {listeners: {plain: {port: 65536}}}               | '/echo/listeners/plain/port'
                    echo: {listeners: {plain: {port: "25341"}}}             | '/echo/listeners/plain/port'
                    echo: {listeners: {plain: {backlog: 0}}}                | '/echo/listeners/plain/backlog'
                    echo: {listeners: {plain: {address: " "}}}              | '/echo/listeners/plain/address'
                    echo: {listeners: {plain: {proxy-protocol: on}}}        | '/echo/listeners/plain/proxy-protocol'
                    echo: {listeners: {plain: {ssl: {client-auth: maybe}}}} | '/echo/listeners/plain/ssl/client-auth'
                    echo: {listeners: {Plain: {port: 25342}}}               | 'Plain'
                    echo: {listeners: {a-name-too-long-: {port: 25342}}}    | 'a-name-too-long-'
                    server: {port: 8081}                                    | 'server'
                    replicas: "2"                                           | '/replicas'
                    autoscaling: {type: hpa+keda}                           | '/autoscaling/type'
                    jvm: {heap: 96m}                                        | '/jvm/heap'
                    jvm: {processors: 0}                                    | '/jvm/processors'
                    resources: {limits: {memory: 1G}}                       | '/resources/limits/memory'
                    image: {digest: sha512:00}                              | '/image/digest'
                    image: {tag: 1.0}                                       | '/image/tag'
                    service: {type: ExternalName}                           | '/service/type'
                    service: {ports: {plain: 0}}                            | '/service/ports/plain'
                    tcpRoutes: {plain: {}}                                  | '/tcpRoutes/plain': missing property 'parentRefs'
                    tlsRoutes: {plain: {parentRefs: [{name: a}]}}           | '/tlsRoutes/plain': missing property 'hostnames'
                    networkPolicy: {clients: [192.0.2.0/24]}                | '/networkPolicy/clients/0'
                    podDisruptionBudget: {maxUnavailable: 0}                | '/podDisruptionBudget/maxUnavailable'
                    serviceMonitor: {interval: often}                       | '/serviceMonitor/interval'
                    extraEnv: [{value: "true"}]                             | '/extraEnv/0': missing property 'name'
                    livenessProbe: {periodSeconds: 0}                       | '/livenessProbe/periodSeconds'
                    jvm: null                                               | 'jvm'
                    fullnameOverride: my.echo                               | '/fullnameOverride'
                    nameOverride: "1"                                       | '/nameOverride'
                    resources: {requests: {memory: 1G}}                     | '/resources/requests/memory'
                    jvm: {options: ["-Da=b -Xmx1g"]}                        | '/jvm/options/0'
                    """, quoteCharacter = '`')
    void wrongValueIsNamed(String values, String name) {
        assertThat(Chart.refusal(values)).contains(name);
    }

    @ParameterizedTest
    @MethodSource("valuesThatDoNotFit")
    void valuesThatDoNotFitEachOtherAreRefusedWithASentence(String values, String sentence) {
        assertThat(Chart.refusal(values)).contains(sentence);
    }

    private static Stream<Arguments> valuesThatDoNotFit() {
        return Stream.of(
                arguments(
                        "echo: {listeners: {other: {port: 25341}}}",
                        "echo.listeners.plain.port is 25341, which is echo.listeners.other.port already: choose another"),
                arguments(
                        "echo: {listeners: {plain: {port: 8080}}}",
                        "echo.listeners.plain.port is 8080, which is the management port already: choose another"),
                arguments(
                        "echo: {listeners: {management: {port: 8081}}}",
                        "echo.listeners.management has the name of the management port: choose another"),
                arguments(
                        "echo: {listeners: {plain: {ssl: {bundle: server}}}}",
                        "echo.listeners.plain.ssl.bundle is 'server', but no Secret has its certificate: set tls.secretName"),
                arguments(
                        "echo: {listeners: {plain: {ssl: {client-auth: need}}}}",
                        "echo.listeners.plain.ssl.client-auth is 'need', but without TLS no client shows a certificate: set echo.listeners.plain.ssl.bundle to server"),
                arguments(
                        "echo: {listeners: {plain: {proxy-protocol: required}}}",
                        "echo.listeners.plain.proxy-protocol is 'required', but no proxy is trusted, so that nobody could connect: set echo.listeners.plain.trusted-proxies"),
                arguments(
                        "echo: {listeners: {plain: {ssl: {bundle: other}}}}",
                        "echo.listeners.plain.ssl.bundle is 'other', but the chart knows only the bundle 'server', with the Secret of tls.secretName: name that"),
                arguments(
                        "service: {ports: {plan: 7}}",
                        "service.ports.plan names no listener: echo.listeners has plain"),
                arguments(
                        "service: {nodePorts: {plan: 30007}}",
                        "service.nodePorts.plan names no listener: echo.listeners has plain"),
                arguments(
                        "{echo: {listeners: {other: {port: 25342}}}, service: {ports: {other: 25341}}}",
                        "the Service's port of echo.listeners.plain is 25341, which is that of echo.listeners.other already: set service.ports.plain to another"),
                arguments(
                        "{echo: {listeners: {other: {port: 25342}}}, service: {type: NodePort, nodePorts: {plain: 30007, other: 30007}}}",
                        "service.nodePorts.plain is 30007, which is service.nodePorts.other already: choose another"),
                arguments(
                        "service: {nodePorts: {plain: 30007}}",
                        "service.nodePorts is set, but service.type is ClusterIP, which has none: set service.type to NodePort or LoadBalancer, or leave it out"),
                arguments(
                        "service: {externalTrafficPolicy: Local}",
                        "service.externalTrafficPolicy is set, but service.type is ClusterIP, which has none: set service.type to NodePort or LoadBalancer, or leave it out"),
                arguments(
                        "service: {type: NodePort, loadBalancerClass: example.com/fast}",
                        "service.loadBalancerClass is set, but service.type is NodePort: set service.type to LoadBalancer, or leave it out"),
                arguments(
                        "service: {loadBalancerSourceRanges: [192.0.2.0/24]}",
                        "service.loadBalancerSourceRanges is set, but service.type is ClusterIP: set service.type to LoadBalancer, or leave it out"),
                arguments(
                        "echo: {limits: {allow: [10.0.0.0/8, 999.1.1.1/99]}}",
                        "echo.limits.allow has 999.1.1.1/99, which is no CIDR block: an IPv4 address and /0 to /32, or an IPv6 address and /0 to /128"),
                arguments(
                        "echo: {limits: {deny: ['2001:db8::/129']}}",
                        "echo.limits.deny has 2001:db8::/129, which is no CIDR block: an IPv4 address and /0 to /32, or an IPv6 address and /0 to /128"),
                arguments(
                        "echo: {limits: {deny: ['::ffff:10.0.0.0/8']}}",
                        "echo.limits.deny has ::ffff:10.0.0.0/8, which is no CIDR block: an IPv4 address and /0 to /32, or an IPv6 address and /0 to /128"),
                arguments(
                        "echo: {listeners: {plain: {trusted-proxies: [10.0.0.0/33]}}}",
                        "echo.listeners.plain.trusted-proxies has 10.0.0.0/33, which is no CIDR block: an IPv4 address and /0 to /32, or an IPv6 address and /0 to /128"),
                arguments(
                        "service: {type: LoadBalancer, loadBalancerSourceRanges: [192.0.2/24]}",
                        "service.loadBalancerSourceRanges has 192.0.2/24, which is no CIDR block: an IPv4 address and /0 to /32, or an IPv6 address and /0 to /128"),
                arguments(
                        "tcpRoutes: {plan: {parentRefs: [{name: gateway}]}}",
                        "tcpRoutes.plan names no listener: echo.listeners has plain"),
                arguments(
                        "tlsRoutes: {plan: {parentRefs: [{name: gateway}], hostnames: [echo.example.com]}}",
                        "tlsRoutes.plan names no listener: echo.listeners has plain"),
                arguments(
                        "resources: {limits: {memory: 396Mi}}",
                        "resources.limits.memory is 396Mi, but jvm.heap, jvm.overhead and as many connections as echo.limits.connections (1000) can take 397Mi: raise it or leave it out, or lower echo.limits.connections"),
                arguments(
                        "resources: {requests: {memory: 398Mi}}",
                        "resources.requests.memory is 398Mi, more than the limit (397Mi): lower it or leave it out, or raise resources.limits.memory"),
                arguments(
                        "jvm: {options: [-Xmx1g]}",
                        "jvm.options has -Xmx1g, which the chart computes of jvm.heap: set that"),
                arguments(
                        "extraEnv: [{name: ECHO_DRAIN_DELAY, value: a}]",
                        "extraEnv has ECHO_DRAIN_DELAY, of which the chart would not know: set it under echo"),
                arguments(
                        "extraEnv: [{name: echo.limits.connections, value: a}]",
                        "extraEnv has echo.limits.connections, of which the chart would not know: set it under echo"),
                arguments(
                        "extraEnv: [{name: JDK_JAVA_OPTIONS, value: a}]",
                        "extraEnv has JDK_JAVA_OPTIONS, which could undo the flags that the chart computes: use jvm.options"),
                arguments(
                        "extraEnv: [{name: _JAVA_OPTIONS, value: a}]",
                        "extraEnv has _JAVA_OPTIONS, which could undo the flags that the chart computes: use jvm.options"),
                arguments(
                        "podAnnotations: {checksum/config: a}",
                        "podAnnotations has checksum/config, which the chart sets itself: leave it out"),
                arguments(
                        "extraEnv: [{name: SERVER_PORT, value: a}]",
                        "extraEnv has SERVER_PORT, but probes and Services ask the management port at 8080: leave it out"),
                arguments(
                        "extraEnv: [{name: MANAGEMENT_SERVER_PORT, value: a}]",
                        "extraEnv has MANAGEMENT_SERVER_PORT, but probes and Services ask the management port at 8080: leave it out"),
                arguments(
                        "podLabels: {app.kubernetes.io/name: other}",
                        "podLabels has app.kubernetes.io/name, which the chart sets itself: leave it out"),
                arguments(
                        "serviceMonitor: {labels: {app.kubernetes.io/instance: other}}",
                        "serviceMonitor.labels has app.kubernetes.io/instance, which the chart sets itself: leave it out"),
                arguments(
                        "prometheusRule: {labels: {app.kubernetes.io/managed-by: other}}",
                        "prometheusRule.labels has app.kubernetes.io/managed-by, which the chart sets itself: leave it out"),
                arguments(
                        "grafanaDashboard: {labels: {helm.sh/chart: other}}",
                        "grafanaDashboard.labels has helm.sh/chart, which the chart sets itself: leave it out"),
                arguments(
                        "autoscaling: {type: hpa, minReplicas: 11}",
                        "autoscaling.minReplicas is 11, more than autoscaling.maxReplicas (10): raise the one or lower the other"),
                arguments(
                        "autoscaling: {type: hpa, cpu: 0}",
                        "autoscaling.type is 'hpa', but there is nothing to scale by: set autoscaling.cpu or autoscaling.connectionsPerPod"),
                arguments(
                        "{autoscaling: {type: hpa}, resources: {requests: {cpu: null}}}",
                        "autoscaling.cpu is 70 % of the requested CPU, but none is requested: set resources.requests.cpu, or autoscaling.cpu to 0"),
                arguments(
                        "autoscaling: {type: keda, connectionsPerPod: 500}",
                        "autoscaling.connectionsPerPod is set, but keda does not know where Prometheus is: set autoscaling.prometheusAddress"));
    }

    @Test
    void chartOfWhichThisIsAPartCanTurnItOff() {
        assertThat(Chart.with("enabled: true").all("Deployment")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "0ms", "1500ms", "5s", "1m", "2h", "365d", "999999999ms"})
    void durationsWithAUnitAreTaken(String duration) {
        assertThat(Chart.with("echo: {drain: {delay: %1$s, timeout: %1$s}}".formatted(duration))
                        .all("Deployment"))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0/0",
                "255.255.255.255/32",
                "010.1.2.3/08",
                "10.0.0.0/33",
                "256.0.0.0/8",
                "10.0.0.260/8",
                "10.0.0/8",
                "10.0.0.0.0/8",
                "10.0.0.0./8",
                "1000.0.0.0/8",
                "192.0.2.1",
                "::/0",
                "::1/128",
                "::1/129",
                "2001:DB8::/032",
                "fe80::1",
                "1:2:3:4:5:6:7:8/64",
                "1:2:3:4:5:6:7/64",
                "1:2:3:4:5:6:7:8:9/64",
                "1:2:3:4:5:6:7::/64",
                "::2:3:4:5:6:7:8/64",
                "1:2:3::5:6:7:8:9/64",
                "1::2::3/64",
                ":::/8",
                ":1:2:3:4:5:6:7/64",
                "1:2:3:4:5:6:7:/64",
                "12345::/16",
                "::ffff:a00:0/104",
                "0:0::FFFF:a00:0/104",
                "0:0:0:0:0:ffff::/96",
                "::ffff:0:1:2/104",
                "64:ff9b::/96",
                "1:2:3:4:5:6:10.0.0.0/104",
                "/8"
            })
    void addressBlocksAreThoseOfTheService(String notation) {
        Throwable ofTheService = catchThrowable(() -> AddressBlock.valueOf(notation));
        Throwable ofTheChart = catchThrowable(() -> Chart.with("echo: {limits: {allow: ['%s']}}".formatted(notation)));
        assertThat(ofTheChart == null).as("%s", ofTheChart).isEqualTo(ofTheService == null);
    }

    @Test
    void schemaHasEveryPropertyOfTheServiceWithItsBounds() throws Exception {
        DocumentContext schema = JsonPath.parse(Files.readString(SCHEMA));
        assertDescribes(schema, "$.properties.echo", EchoProperties.class);
    }

    @Test
    void noObjectOfTheSchemaTakesUnknownNamesByOversight() throws Exception {
        List<Map<String, Object>> objects =
                JsonPath.parse(Files.readString(SCHEMA)).read("$..[?(@.properties && @.type)]");
        assertThat(objects)
                .hasSizeGreaterThan(20)
                .allSatisfy(object -> assertThat(object)
                        .containsKey("additionalProperties")
                        .doesNotContainEntry("additionalProperties", true));
    }

    @Test
    void everyValueIsExplainedAboveItselfOrItsBlock() throws Exception {
        boolean explained = false;
        for (String line : Files.readAllLines(Chart.DIRECTORY.resolve("values.yaml"))) {
            if (line.isBlank()) {
                explained = false;
            } else if (line.strip().startsWith("#")) {
                explained = true;
            } else if (!line.endsWith(":")) {
                assertThat(explained).as(line).isTrue();
            }
        }
    }

    private static void assertDescribes(DocumentContext schema, String path, Class<?> type) throws Exception {
        RecordComponent[] components = type.getRecordComponents();
        assertThat(schema.<Map<String, Object>>read(path + ".properties"))
                .as(path)
                .containsOnlyKeys(
                        Arrays.stream(components).map(ChartSchemaTests::name).toArray(String[]::new));
        assertThat(schema.<Boolean>read(path + ".additionalProperties"))
                .as(path)
                .isFalse();
        for (RecordComponent component : components) {
            assertDescribes(schema, path + ".properties['" + name(component) + "']", component);
        }
    }

    private static void assertDescribes(DocumentContext schema, String path, RecordComponent component)
            throws Exception {
        Class<?> type = component.getType();
        Map<String, Object> described = schema.read(path);
        if (type.isRecord()) {
            assertDescribes(schema, path, type);
        } else if (type == Map.class) {
            assertThat(described)
                    .extractingByKey("additionalProperties")
                    .isEqualTo(Map.of("$ref", "#/definitions/listener"));
            Class<?> value = (Class<?>) ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[1];
            assertDescribes(schema, "$.definitions.listener", value);
        } else if (type.isEnum()) {
            List<Object> names = schema.read(path + ".enum");
            assertThat(names.stream().filter(String.class::isInstance))
                    .as(path)
                    .containsExactlyInAnyOrderElementsOf(Stream.of(type.getEnumConstants())
                            .map(constant -> ((Enum<?>) constant)
                                    .name()
                                    .toLowerCase(Locale.ROOT)
                                    .replace('_', '-'))
                            .toList());
        } else if (type == Duration.class) {
            assertThat(described).as(path).containsEntry("$ref", "#/definitions/duration");
        } else if (type == List.class) {
            assertThat(described).as(path).containsEntry("$ref", "#/definitions/addressBlocks");
        } else if (type == int.class) {
            Method accessor = component.getAccessor();
            Max max = accessor.getAnnotation(Max.class);
            assertThat(described)
                    .as(path)
                    .containsEntry("type", "integer")
                    // A Service cannot point to any free port, and a pod may not open a privileged one.
                    .containsEntry(
                            "minimum",
                            name(component).equals("port")
                                    ? 1024
                                    : (int) accessor.getAnnotation(Min.class).value())
                    .containsEntry("maximum", (max != null) ? (int) max.value() : Integer.MAX_VALUE);
        } else {
            assertThat(described).as(path).containsEntry("type", type == boolean.class ? "boolean" : "string");
        }
    }

    private static String name(RecordComponent component) {
        return DataObjectPropertyName.toDashedForm(component.getName());
    }
}
