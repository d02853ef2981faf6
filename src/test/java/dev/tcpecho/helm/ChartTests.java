package dev.tcpecho.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.jayway.jsonpath.DocumentContext;
import com.jayway.jsonpath.JsonPath;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import org.yaml.snakeyaml.Yaml;

/** What the chart renders, for its defaults and for each value that turns something on. */
class ChartTests {

    private static final String POD = "$.spec.template.spec.";

    private static final String CONTAINER = POD + "containers[0].";

    private static final String TLS = """
            tls: {secretName: certificate}
            echo: {listeners: {plain: {}, tls: {port: 25342, ssl: {bundle: server}}}}
            """;

    private static final String DATAGRAMS = """
            echo:
              limits: {allow: [10.0.0.0/8]}
              listeners: {plain: {}, datagrams: {protocol: udp}}
            """;

    private static final String PROBE = "probe: {enabled: true}";

    private static final Map<String, String> SELECTOR =
            Map.of("app.kubernetes.io/name", "tcp-echo", "app.kubernetes.io/instance", "tcp-echo");

    @Test
    void passesStrictLint() {
        LintResult lint = new Helm(Chart.DIRECTORY).lint().strict().call();
        assertThat(lint.isFailed()).as(lint.getMessages().toString()).isFalse();
    }

    @Test
    void hasTheVersionOfTheBuild() throws Exception {
        Map<String, Object> chart = new Yaml().load(Files.readString(Chart.DIRECTORY.resolve("Chart.yaml")));
        Properties build =
                PropertiesLoaderUtils.loadProperties(new ClassPathResource("META-INF/build-info.properties"));
        assertThat(chart)
                .containsEntry("version", build.getProperty("build.version"))
                .containsEntry("appVersion", build.getProperty("build.version"));
    }

    @Test
    void needsNoValues() {
        Chart chart = Chart.with();
        assertThat(chart.deployment().<Integer>read("$.spec.replicas")).isEqualTo(2);
        assertThat(chart.all("Service")).hasSize(2);
        assertThat(chart.all("Deployment")).hasSize(1);
        assertThat(chart.all("ConfigMap")).hasSize(1);
        assertThat(chart.all("ServiceAccount")).hasSize(1);
        assertThat(chart.all("PodDisruptionBudget")).hasSize(1);
        for (String optional : List.of(
                "HorizontalPodAutoscaler",
                "ScaledObject",
                "NetworkPolicy",
                "ServiceMonitor",
                "PodMonitor",
                "PrometheusRule",
                "TCPRoute",
                "TLSRoute",
                "UDPRoute")) {
            assertThat(chart.all(optional)).as(optional).isEmpty();
        }
    }

    @Test
    void podFitsThePodSecurityStandardRestricted() {
        for (DocumentContext spec : List.of(pod(Chart.with()), testPod(Chart.with()), probePod(Chart.with(PROBE)))) {
            assertThat(spec.<Map<String, Object>>read("$.securityContext"))
                    .containsEntry("runAsNonRoot", true)
                    .containsEntry("runAsUser", 65532)
                    .containsEntry("seccompProfile", Map.of("type", "RuntimeDefault"));
            assertThat(spec.<Map<String, Object>>read("$.containers[0].securityContext"))
                    .containsEntry("allowPrivilegeEscalation", false)
                    .containsEntry("readOnlyRootFilesystem", true)
                    .containsEntry("capabilities", Map.of("drop", List.of("ALL")));
        }
    }

    @Test
    void noTokenOfTheApiServerIsMounted() {
        Chart chart = Chart.with();
        assertThat(chart.deployment().<Boolean>read(POD + "automountServiceAccountToken"))
                .isFalse();
        assertThat(chart.the("ServiceAccount", "tcp-echo").<Boolean>read("$.automountServiceAccountToken"))
                .isFalse();
        assertThat(testPod(chart).<Boolean>read("$.automountServiceAccountToken"))
                .isFalse();
    }

    @Test
    void anotherServiceAccountCanBeUsed() {
        Chart chart = Chart.with("serviceAccount: {create: false, name: mine}");
        assertThat(chart.all("ServiceAccount")).isEmpty();
        assertThat(chart.deployment().<String>read(POD + "serviceAccountName")).isEqualTo("mine");
    }

    @Test
    void serviceHasAPortForEachListener() {
        Chart chart = Chart.with("echo: {listeners: {plain: {}, other: {port: 25399}}}");
        assertThat(chart.service().<List<Map<String, Object>>>read("$.spec.ports"))
                .extracting(port -> port.get("name"), port -> port.get("port"), port -> port.get("targetPort"))
                .containsExactly(tuple("other", 25399, "other"), tuple("plain", 25341, "plain"));
        assertThat(chart.deployment().<List<Map<String, Object>>>read(CONTAINER + "ports"))
                .containsExactly(
                        Map.of("name", "other", "containerPort", 25399),
                        Map.of("name", "plain", "containerPort", 25341),
                        Map.of("name", "management", "containerPort", 8080));
    }

    @Test
    void datagramsHaveAPortOfUdpThatMayBeThatOfAStream() {
        Chart chart = Chart.with(DATAGRAMS, "service: {type: NodePort, nodePorts: {plain: 30007, datagrams: 30007}}");
        assertThat(chart.service().<List<Map<String, Object>>>read("$.spec.ports"))
                .containsExactly(
                        Map.of(
                                "name", "datagrams",
                                "port", 25341,
                                "targetPort", "datagrams",
                                "protocol", "UDP",
                                "nodePort", 30007),
                        Map.of(
                                "name", "plain",
                                "port", 25341,
                                "targetPort", "plain",
                                "appProtocol", "tcp",
                                "nodePort", 30007));
        assertThat(chart.deployment().<List<Map<String, Object>>>read(CONTAINER + "ports"))
                .containsExactly(
                        Map.of("name", "datagrams", "containerPort", 25341, "protocol", "UDP"),
                        Map.of("name", "plain", "containerPort", 25341),
                        Map.of("name", "management", "containerPort", 8080));
    }

    /** Which is of TCP. */
    @Test
    void datagramsMayHaveTheNumberOfTheManagementPort() {
        assertThat(Chart.with("echo: {listeners: {dns: {protocol: udp, address: localhost, port: 8080}}}")
                        .deployment()
                        .<List<Integer>>read(CONTAINER + "ports[*].containerPort"))
                .containsExactly(8080, 8080);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    other: {port: 25399}                    | other
                    other: {}                               | other
                    {plain: null, other: {port: 25399}}     | other
                    {plain: {}, other: {port: 25399}}       | other,plain
                    plain: null                             | plain
                    """)
    void listenerPlainIsThereWhereNoOtherIsNamed(String listeners, String names) {
        String values = listeners.startsWith("{") ? listeners : "{" + listeners + "}";
        DocumentContext service =
                Chart.with("echo: {listeners: %s}".formatted(values)).service();
        assertThat(service.<List<String>>read("$.spec.ports[*].name")).containsExactly(names.split(","));
    }

    @Test
    void serviceCanOfferAListenerOnOtherPorts() {
        DocumentContext service = Chart.with("service: {type: NodePort, ports: {plain: 7}, nodePorts: {plain: 30007}}")
                .service();
        assertThat(service.<Map<String, Object>>read("$.spec.ports[0]"))
                .containsEntry("port", 7)
                .containsEntry("targetPort", "plain")
                .containsEntry("nodePort", 30007);
    }

    @Test
    void serviceCanBeALoadBalancer() {
        DocumentContext service = Chart.with("""
                service:
                  type: LoadBalancer
                  annotations: {example.com/proxy-protocol: "on"}
                  externalTrafficPolicy: Local
                  loadBalancerClass: example.com/fast
                  loadBalancerSourceRanges: [192.0.2.0/24]
                  sessionAffinity: ClientIP
                  ipFamilyPolicy: PreferDualStack
                  ipFamilies: [IPv6, IPv4]
                """).service();
        assertThat(service.<Map<String, Object>>read("$.metadata.annotations"))
                .containsEntry("example.com/proxy-protocol", "on");
        assertThat(service.<Map<String, Object>>read("$.spec"))
                .containsEntry("type", "LoadBalancer")
                .containsEntry("externalTrafficPolicy", "Local")
                .containsEntry("loadBalancerClass", "example.com/fast")
                .containsEntry("loadBalancerSourceRanges", List.of("192.0.2.0/24"))
                .containsEntry("sessionAffinity", "ClientIP")
                .containsEntry("ipFamilyPolicy", "PreferDualStack")
                .containsEntry("ipFamilies", List.of("IPv6", "IPv4"));
    }

    @Test
    void managementServiceHasPodsThatAreNotReady() {
        DocumentContext service = Chart.with("service: {type: LoadBalancer}").the("Service", "tcp-echo-management");
        assertThat(service.<Map<String, Object>>read("$.spec"))
                .doesNotContainKey("type")
                .containsEntry("publishNotReadyAddresses", true)
                .containsEntry("selector", SELECTOR);
        assertThat(service.<Map<String, Object>>read("$.spec.ports[0]"))
                .containsEntry("port", 8080)
                .containsEntry("targetPort", "management");
    }

    @Test
    void probesAskTheHealthGroupsOnTheManagementPort() {
        DocumentContext deployment = Chart.with().deployment();
        assertThat(deployment.<Map<String, Object>>read(CONTAINER + "startupProbe.httpGet"))
                .isEqualTo(Map.of("path", "/actuator/health/liveness", "port", "management"));
        assertThat(deployment.<Map<String, Object>>read(CONTAINER + "livenessProbe.httpGet"))
                .isEqualTo(Map.of("path", "/actuator/health/liveness", "port", "management"));
        assertThat(deployment.<Map<String, Object>>read(CONTAINER + "readinessProbe.httpGet"))
                .isEqualTo(Map.of("path", "/actuator/health/readiness", "port", "management"));
        assertThat(Chart.with("livenessProbe: {failureThreshold: 9}")
                        .deployment()
                        .<Map<String, Object>>read(CONTAINER + "livenessProbe"))
                .containsEntry("failureThreshold", 9)
                .containsEntry("periodSeconds", 10);
    }

    @Test
    void aChangeOfTheConfigurationRollsThePods() {
        String checksum = "$.spec.template.metadata.annotations['checksum/config']";
        String before = Chart.with().deployment().read(checksum);
        assertThat(Chart.with("replicas: 5").deployment().<String>read(checksum))
                .isEqualTo(before);
        assertThat(Chart.with("echo: {limits: {idle-timeout: 6m}}").deployment().<String>read(checksum))
                .isNotEqualTo(before);
    }

    @Test
    void configurationIsMountedWhereTheImageReadsIt() {
        DocumentContext deployment = Chart.with().deployment();
        assertThat(deployment.<List<Map<String, Object>>>read(CONTAINER + "volumeMounts"))
                .containsExactly(Map.of("name", "config", "mountPath", "/opt/tcp-echo/config", "readOnly", true));
        assertThat(deployment.<List<Map<String, Object>>>read(POD + "volumes"))
                .containsExactly(Map.of("name", "config", "configMap", Map.of("name", "tcp-echo")));
    }

    @Test
    void secretIsMountedAsADirectorySoThatARenewalIsSeen() {
        DocumentContext deployment = Chart.with(TLS).deployment();
        assertThat(deployment.<List<Map<String, Object>>>read(CONTAINER + "volumeMounts"))
                .contains(Map.of("name", "tls", "mountPath", "/etc/tcp-echo/tls", "readOnly", true));
        assertThat(deployment.<List<Map<String, Object>>>read(POD + "volumes"))
                .contains(Map.of("name", "tls", "secret", Map.of("secretName", "certificate")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {}                                                         | {emptyDir: {}}
                    {volume: null}                                             | {emptyDir: {}}
                    {volume: {emptyDir: {medium: Memory}}}                     | {emptyDir: {medium: Memory}}
                    {volume: {hostPath: {path: /run/echo, type: Directory}}}   | {hostPath: {path: /run/echo, type: Directory}}
                    """)
    void unixSocketsHaveAVolumeOfOneSource(String unixSockets, String source) {
        DocumentContext deployment = Chart.with(
                        "echo: {listeners: {local: {path: /run/tcp-echo/echo.sock}}}", "unixSockets: " + unixSockets)
                .deployment();
        assertThat(deployment.<List<Map<String, Object>>>read(CONTAINER + "volumeMounts"))
                .contains(Map.of("name", "unix-sockets", "mountPath", "/run/tcp-echo"));
        Map<String, Object> volume = new Yaml().load(source);
        volume.put("name", "unix-sockets");
        assertThat(deployment.<List<Map<String, Object>>>read(POD + "volumes")).contains(volume);
    }

    @Test
    void abstractNamesNeedNoVolume() {
        assertThat(Chart.with("echo: {listeners: {local: {path: '@echo'}}}")
                        .deployment()
                        .<List<String>>read(POD + "volumes[*].name"))
                .containsExactly("config");
    }

    @Test
    void unixSocketsHaveNoPorts() {
        Chart chart = Chart.with(
                "echo: {listeners: {plain: {}, local: {path: /run/tcp-echo/echo.sock}}}",
                "networkPolicy: {enabled: true}");
        assertThat(chart.service().<List<String>>read("$.spec.ports[*].name")).containsExactly("plain");
        assertThat(chart.deployment().<List<String>>read(CONTAINER + "ports[*].name"))
                .containsExactly("plain", "management");
        assertThat(chart.the("NetworkPolicy", "tcp-echo").<List<String>>read("$.spec.ingress[0].ports[*].port"))
                .containsExactly("plain");
    }

    /** A Service without ports is refused; a rule without ports is for all of them. */
    @Test
    void withUnixSocketsAloneThereIsNoServiceOfListenersAndNobodyIsLetIn() {
        Chart chart = Chart.with(
                "echo: {listeners: {local: {path: /run/tcp-echo/echo.sock}}}", "networkPolicy: {enabled: true}");
        assertThat(chart.all("Service"))
                .extracting(service -> service.read("$.metadata.name"))
                .containsExactly("tcp-echo-management");
        assertThat(chart.all("Pod")).isEmpty();
        assertThat(chart.deployment().<List<String>>read(CONTAINER + "ports[*].name"))
                .containsExactly("management");
        assertThat(chart.the("NetworkPolicy", "tcp-echo").<List<String>>read("$.spec.ingress[*].ports[*].port"))
                .containsExactly("management");
        assertThat(Chart.with(
                                "echo: {listeners: {local: {path: '@echo'}}}",
                                "networkPolicy: {enabled: true, prometheus: []}")
                        .the("NetworkPolicy", "tcp-echo")
                        .<Map<String, Object>>read("$.spec"))
                .containsEntry("policyTypes", List.of("Ingress", "Egress"))
                .doesNotContainKey("ingress");
    }

    @Test
    void preStopSleepsForTheDelay() {
        assertThat(Chart.with().deployment().<Map<String, Object>>read(POD + "containers[0]"))
                .doesNotContainKey("lifecycle");
        Chart chart = Chart.with("preStop: {enabled: true}", "echo: {drain: {delay: 7500ms}}");
        assertThat(chart.deployment().<Integer>read(CONTAINER + "lifecycle.preStop.sleep.seconds"))
                .isEqualTo(8);
    }

    @Test
    void preStopSleepsForNoDelayAtAll() {
        Chart chart = Chart.with("preStop: {enabled: true}", "echo: {drain: {delay: 0s}}");
        assertThat(chart.deployment().<Map<String, Object>>read(POD + "containers[0]"))
                .doesNotContainKey("lifecycle");
    }

    @Test
    void replicasAreLeftToTheAutoscaler() {
        for (String type : List.of("hpa", "keda")) {
            assertThat(Chart.with("autoscaling: {type: %s}".formatted(type))
                            .deployment()
                            .<Map<String, Object>>read("$.spec"))
                    .doesNotContainKey("replicas");
        }
    }

    @Test
    void hpaScalesByCpu() {
        Chart chart = Chart.with("autoscaling: {type: hpa, minReplicas: 3, maxReplicas: 7, cpu: 60}");
        assertThat(chart.all("ScaledObject")).isEmpty();
        DocumentContext autoscaler = chart.the("HorizontalPodAutoscaler", "tcp-echo");
        assertThat(autoscaler.<Map<String, Object>>read("$.spec.scaleTargetRef"))
                .isEqualTo(Map.of("apiVersion", "apps/v1", "kind", "Deployment", "name", "tcp-echo"));
        assertThat(autoscaler.<Map<String, Object>>read("$.spec"))
                .containsEntry("minReplicas", 3)
                .containsEntry("maxReplicas", 7);
        assertThat(autoscaler.<List<Object>>read("$.spec.metrics")).hasSize(1);
        assertThat(autoscaler.<Integer>read("$.spec.metrics[0].resource.target.averageUtilization"))
                .isEqualTo(60);
    }

    @Test
    void hpaScalesByConnections() {
        DocumentContext autoscaler = Chart.with("""
                autoscaling:
                  type: hpa
                  cpu: 0
                  connectionsPerPod: 500
                  behavior: {scaleDown: {stabilizationWindowSeconds: 600}}
                """).the("HorizontalPodAutoscaler", "tcp-echo");
        assertThat(autoscaler.<List<Object>>read("$.spec.metrics")).hasSize(1);
        assertThat(autoscaler.<String>read("$.spec.metrics[0].pods.metric.name"))
                .isEqualTo("echo_connections_active");
        assertThat(autoscaler.<String>read("$.spec.metrics[0].pods.target.averageValue"))
                .isEqualTo("500");
        assertThat(autoscaler.<Integer>read("$.spec.behavior.scaleDown.stabilizationWindowSeconds"))
                .isEqualTo(600);
    }

    @Test
    void kedaScalesByCpuAndConnections() {
        Chart chart = Chart.with("""
                autoscaling:
                  type: keda
                  connectionsPerPod: 500
                  prometheusAddress: http://prometheus:9090
                """);
        assertThat(chart.all("HorizontalPodAutoscaler")).isEmpty();
        DocumentContext scaled = chart.the("ScaledObject", "tcp-echo");
        assertThat(scaled.<String>read("$.spec.scaleTargetRef.name")).isEqualTo("tcp-echo");
        assertThat(scaled.<List<String>>read("$.spec.triggers[*].type")).containsExactly("cpu", "prometheus");
        assertThat(scaled.<Map<String, String>>read("$.spec.triggers[1].metadata"))
                .containsEntry("serverAddress", "http://prometheus:9090")
                .containsEntry("threshold", "500")
                .containsEntry(
                        "query", "sum(echo_connections_active{namespace=\"echo\",pod=~\"tcp-echo-[^-]+(-[^-]+)?\"})");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    replicas: 1                                | 0
                    replicas: 2                                | 1
                    autoscaling: {type: hpa, minReplicas: 1}   | 0
                    autoscaling: {type: keda, minReplicas: 2}  | 1
                    podDisruptionBudget: {enabled: false}      | 0
                    """)
    void disruptionsAreLimitedAboveOneReplica(String values, int budgets) {
        assertThat(Chart.with(values).all("PodDisruptionBudget")).hasSize(budgets);
    }

    @Test
    void networkPolicyLetsClientsToListenersAndPrometheusToManagement() {
        DocumentContext policy =
                Chart.with(TLS, "networkPolicy: {enabled: true}").the("NetworkPolicy", "tcp-echo");
        assertThat(policy.<Map<String, Object>>read("$.spec"))
                .containsEntry("podSelector", Map.of("matchLabels", SELECTOR))
                .containsEntry("policyTypes", List.of("Ingress", "Egress"))
                .doesNotContainKey("egress");
        assertThat(policy.<List<Map<String, Object>>>read("$.spec.ingress"))
                .containsExactly(
                        Map.of("ports", List.of(Map.of("port", "plain"), Map.of("port", "tls"))),
                        Map.of(
                                "ports",
                                List.of(Map.of("port", "management")),
                                "from",
                                List.of(Map.of(
                                        "namespaceSelector",
                                        Map.of("matchLabels", Map.of("kubernetes.io/metadata.name", "monitoring"))))));
    }

    @Test
    void networkPolicyLetsDatagramsIn() {
        DocumentContext policy =
                Chart.with(DATAGRAMS, "networkPolicy: {enabled: true}").the("NetworkPolicy", "tcp-echo");
        assertThat(policy.<Object>read("$.spec.ingress[0].ports"))
                .isEqualTo(List.of(Map.of("port", "datagrams", "protocol", "UDP"), Map.of("port", "plain")));
    }

    @Test
    void networkPolicyLetsOnlyTheClientsThatAreNamedAndTheTest() {
        Chart chart = Chart.with("""
                networkPolicy:
                  enabled: true
                  clients: [{ipBlock: {cidr: 192.0.2.0/24}}]
                  prometheus: []
                """);
        DocumentContext policy = chart.the("NetworkPolicy", "tcp-echo");
        assertThat(policy.<List<Object>>read("$.spec.ingress")).hasSize(1);
        assertThat(policy.<Map<String, Object>>read("$.spec.ingress[0].from[0]"))
                .isEqualTo(Map.of("ipBlock", Map.of("cidr", "192.0.2.0/24")));
        assertThat(chart.the("Pod", "tcp-echo-test").<Map<String, String>>read("$.metadata.labels"))
                .containsAllEntriesOf(
                        policy.<Map<String, String>>read("$.spec.ingress[0].from[1].podSelector.matchLabels"));
    }

    @Test
    void podsSpreadOverNodes() {
        assertThat(Chart.with().deployment().<List<Map<String, Object>>>read(POD + "topologySpreadConstraints"))
                .containsExactly(Map.of(
                        "maxSkew",
                        1,
                        "topologyKey",
                        "kubernetes.io/hostname",
                        "whenUnsatisfiable",
                        "ScheduleAnyway",
                        "matchLabelKeys",
                        List.of("pod-template-hash"),
                        "labelSelector",
                        Map.of("matchLabels", SELECTOR)));
    }

    @Test
    void ownLabelSelectorOfASpreadStays() {
        Map<String, Object> selector =
                Chart.with("""
                topologySpreadConstraints:
                  - maxSkew: 2
                    topologyKey: topology.kubernetes.io/zone
                    whenUnsatisfiable: DoNotSchedule
                    labelSelector: {matchLabels: {tier: edge}}
                """).deployment().read(POD + "topologySpreadConstraints[0].labelSelector");
        assertThat(selector).isEqualTo(Map.of("matchLabels", Map.of("tier", "edge")));
    }

    @Test
    void podCanBePlacedAndAnnotated() {
        DocumentContext deployment = Chart.with("""
                nodeSelector: {kubernetes.io/arch: arm64}
                tolerations: [{key: edge, operator: Exists}]
                affinity: {podAntiAffinity: {}}
                priorityClassName: high
                podAnnotations: {example.com/note: yes!}
                podLabels: {tier: edge}
                imagePullSecrets: [{name: registry}]
                extraEnv: [{name: LOGGING_LEVEL_DEV_TCPECHO, value: debug}]
                """).deployment();
        assertThat(deployment.<Map<String, Object>>read("$.spec.template.spec"))
                .containsEntry("nodeSelector", Map.of("kubernetes.io/arch", "arm64"))
                .containsEntry("tolerations", List.of(Map.of("key", "edge", "operator", "Exists")))
                .containsEntry("affinity", Map.of("podAntiAffinity", Map.of()))
                .containsEntry("priorityClassName", "high")
                .containsEntry("imagePullSecrets", List.of(Map.of("name", "registry")));
        assertThat(deployment.<Map<String, String>>read("$.spec.template.metadata.annotations"))
                .containsEntry("example.com/note", "yes!");
        assertThat(deployment.<Map<String, String>>read("$.spec.template.metadata.labels"))
                .containsEntry("tier", "edge")
                .containsAllEntriesOf(SELECTOR);
        assertThat(deployment.<Map<String, String>>read(CONTAINER + "env[3]"))
                .isEqualTo(Map.of("name", "LOGGING_LEVEL_DEV_TCPECHO", "value", "debug"));
    }

    /** Before extraEnv, whose variables can refer to those before them. */
    @Test
    void podIsToldItsNameAndNamespace() {
        DocumentContext deployment = Chart.with("extraEnv: [{name: WHERE, value: $(POD_NAMESPACE)/$(POD_NAME)}]")
                .deployment();
        assertThat(deployment.<List<String>>read(CONTAINER + "env[*].name"))
                .containsExactly("JDK_JAVA_OPTIONS", "POD_NAME", "POD_NAMESPACE", "WHERE");
        assertThat(deployment.<Object>read(CONTAINER + "env[1].valueFrom"))
                .isEqualTo(Map.of("fieldRef", Map.of("fieldPath", "metadata.name")));
        assertThat(deployment.<Object>read(CONTAINER + "env[2].valueFrom"))
                .isEqualTo(Map.of("fieldRef", Map.of("fieldPath", "metadata.namespace")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    image: {tag: "1.0"}                                  | tcpecho/tcp-echo:1.0
                    image: {repository: example.com/echo, tag: "1.0"}    | example.com/echo:1.0
                    image: {tag: "1.0", digest: "sha256:%1$s"}           | tcpecho/tcp-echo@sha256:%1$s
                    """)
    void imageHasATagOrADigest(String values, String image) {
        String digest = "0123456789abcdef".repeat(4);
        assertThat(Chart.with(values.formatted(digest)).deployment().<String>read(CONTAINER + "image"))
                .isEqualTo(image.formatted(digest));
    }

    @Test
    void namesFollowTheReleaseUnlessTheyAreGiven() {
        assertThat(Chart.with("nameOverride: other").all("Deployment"))
                .extracting(deployment -> deployment.read("$.metadata.name"))
                .containsExactly("tcp-echo-other");
        Chart chart = Chart.with("fullnameOverride: " + "long-".repeat(20) + "name");
        for (DocumentContext service : chart.all("Service")) {
            assertThat(service.<String>read("$.metadata.name")).hasSizeLessThanOrEqualTo(63);
        }
    }

    @Test
    void namesThatYamlTakesForSomethingElseAreStrings() {
        Chart chart = Chart.ofRelease("2026", """
                fullnameOverride: echo
                nameOverride: "y"
                echo: {listeners: {"on": {port: 25342}}}
                serviceAccount: {name: "1"}
                priorityClassName: "2"
                tls: {secretName: "3"}
                networkPolicy: {enabled: true}
                """);
        DocumentContext deployment = chart.the("Deployment", "echo");
        for (DocumentContext manifest : List.of(deployment, chart.the("NetworkPolicy", "echo"))) {
            assertThat(manifest.<Map<String, Object>>read("$.metadata.labels"))
                    .containsEntry("app.kubernetes.io/name", "y")
                    .containsEntry("app.kubernetes.io/instance", "2026");
        }
        assertThat(chart.the("Service", "echo").<Map<String, Object>>read("$.spec.ports[0]"))
                .containsEntry("name", "on")
                .containsEntry("targetPort", "on");
        assertThat(chart.the("NetworkPolicy", "echo").<Object>read("$.spec.ingress[0].ports[0].port"))
                .isEqualTo("on");
        assertThat(chart.the("Pod", "echo-test").<Object>read("$.spec.containers[0].name"))
                .isEqualTo("on");
        assertThat(deployment.<Object>read(CONTAINER + "ports[0].name")).isEqualTo("on");
        assertThat(chart.the("ServiceAccount", "1").<Object>read("$.metadata.name"))
                .isEqualTo("1");
        assertThat(deployment.<Object>read(POD + "serviceAccountName")).isEqualTo("1");
        assertThat(deployment.<Object>read(POD + "priorityClassName")).isEqualTo("2");
        assertThat(deployment.<Object>read(POD + "volumes[1].secret.secretName"))
                .isEqualTo("3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1echo", "my.echo"})
    void releaseWhoseNameNoServiceCanHaveIsRefused(String release) {
        assertThatThrownBy(() -> Chart.ofRelease(release))
                .hasMessageContaining(
                        "the release's name makes the name %s-tcp-echo, which no Service can have".formatted(release));
        assertThat(Chart.ofRelease(release, "fullnameOverride: echo").all("Service"))
                .hasSize(2);
    }

    @Test
    void recreatedPodsHaveNoRollingUpdate() {
        assertThat(Chart.with("strategy: {type: Recreate}").deployment().<Object>read("$.spec.strategy"))
                .isEqualTo(Map.of("type", "Recreate"));
    }

    @Test
    void serviceMonitorScrapesTheManagementService() {
        Chart chart = Chart.with("""
                serviceMonitor:
                  enabled: true
                  labels: {release: prometheus}
                  interval: 15s
                  scrapeTimeout: 5s
                  relabelings: [{targetLabel: cluster, replacement: edge}]
                """);
        DocumentContext monitor = chart.the("ServiceMonitor", "tcp-echo");
        assertThat(monitor.<Map<String, String>>read("$.metadata.labels")).containsEntry("release", "prometheus");
        assertThat(monitor.<Map<String, Object>>read("$.spec.endpoints[0]"))
                .containsEntry("port", "management")
                .containsEntry("path", "/actuator/prometheus")
                .containsEntry("interval", "15s")
                .containsEntry("scrapeTimeout", "5s")
                .containsEntry("relabelings", List.of(Map.of("targetLabel", "cluster", "replacement", "edge")));
        Map<String, String> selected = monitor.read("$.spec.selector.matchLabels");
        assertThat(chart.the("Service", "tcp-echo-management").<Map<String, String>>read("$.metadata.labels"))
                .containsAllEntriesOf(selected);
        Map<String, String> listeners = chart.service().read("$.metadata.labels");
        assertThat(listeners.entrySet().containsAll(selected.entrySet()))
                .as("scraped twice")
                .isFalse();
    }

    @Test
    void prometheusRuleHasTheAlertsAsTheyAre() throws Exception {
        DocumentContext rule = Chart.with("prometheusRule: {enabled: true, labels: {release: prometheus}}")
                .the("PrometheusRule", "tcp-echo");
        assertThat(rule.<Map<String, String>>read("$.metadata.labels")).containsEntry("release", "prometheus");
        assertThat(rule.<Object>read("$.spec"))
                .isEqualTo(new Yaml().<Object>load(Files.readString(Chart.DIRECTORY.resolve("files/alerts.yaml"))));
    }

    @Test
    void alertsAskForTheJobOfTheServiceMonitorWhateverItsName() {
        Chart chart = Chart.with(
                "{fullnameOverride: other, serviceMonitor: {enabled: true}, prometheusRule: {enabled: true}}");
        assertThat(chart.the("ServiceMonitor", "other").<Map<String, Object>>read("$.spec"))
                .doesNotContainKey("jobLabel");
        assertThat(chart.all("Service"))
                .extracting(service -> service.read("$.metadata.name"))
                .contains("other-management");
        List<String> asking = chart.the("PrometheusRule", "other").<List<String>>read("$..expr").stream()
                .filter(expression -> expression.contains("{job") || expression.contains("job="))
                .toList();
        assertThat(asking)
                .hasSize(5)
                .allSatisfy(expression -> assertThat(expression)
                        .contains("{namespace=\"echo\", job=\"other-management\"}")
                        .doesNotContain("tcp-echo"));
    }

    @Test
    void dashboardIsAConfigMapThatGrafanasSidecarFinds() throws Exception {
        DocumentContext dashboard = Chart.with("grafanaDashboard: {enabled: true, annotations: {folder: Network}}")
                .the("ConfigMap", "tcp-echo-dashboard");
        assertThat(dashboard.<Map<String, String>>read("$.metadata.labels")).containsEntry("grafana_dashboard", "1");
        assertThat(dashboard.<Map<String, String>>read("$.metadata.annotations"))
                .containsEntry("folder", "Network");
        assertThat(dashboard.<String>read("$.data['tcp-echo.json']"))
                .isEqualToIgnoringNewLines(Files.readString(Chart.DIRECTORY.resolve("files/dashboard.json")));
    }

    @Test
    void gatewaysRouteToTheServicesPorts() {
        Chart chart = Chart.with(TLS, """
                service: {ports: {plain: 7}}
                tcpRoutes: {plain: {parentRefs: [{name: gateway, sectionName: tcp}]}}
                tlsRoutes: {tls: {hostnames: [echo.example.com], parentRefs: [{name: gateway}]}}
                """);
        DocumentContext tcp = chart.the("TCPRoute", "tcp-echo-plain");
        assertThat(tcp.<Object>read("$.spec.parentRefs"))
                .isEqualTo(List.of(Map.of("name", "gateway", "sectionName", "tcp")));
        assertThat(tcp.<Object>read("$.spec.rules[0].backendRefs"))
                .isEqualTo(List.of(Map.of("name", "tcp-echo", "port", 7)));
        DocumentContext tls = chart.the("TLSRoute", "tcp-echo-tls");
        assertThat(tls.<String>read("$.apiVersion")).isEqualTo("gateway.networking.k8s.io/v1");
        assertThat(tls.<Object>read("$.spec.hostnames")).isEqualTo(List.of("echo.example.com"));
        assertThat(tls.<Object>read("$.spec.rules[0].backendRefs"))
                .isEqualTo(List.of(Map.of("name", "tcp-echo", "port", 25342)));
    }

    @Test
    void gatewaysRouteDatagramsToTheServicesPort() {
        DocumentContext route = Chart.with(DATAGRAMS, """
                service: {ports: {datagrams: 7}}
                udpRoutes: {datagrams: {parentRefs: [{name: gateway, sectionName: udp}]}}
                """).the("UDPRoute", "tcp-echo-datagrams");
        assertThat(route.<String>read("$.apiVersion")).isEqualTo("gateway.networking.k8s.io/v1alpha2");
        assertThat(route.<Object>read("$.spec"))
                .isEqualTo(Map.of(
                        "parentRefs", List.of(Map.of("name", "gateway", "sectionName", "udp")),
                        "rules", List.of(Map.of("backendRefs", List.of(Map.of("name", "tcp-echo", "port", 7))))));
    }

    @Test
    void testEchoesThroughTheServiceOnEachListener() {
        DocumentContext pod = Chart.with(TLS, "service: {ports: {plain: 7}}").the("Pod", "tcp-echo-test");
        assertThat(pod.<Map<String, String>>read("$.metadata.annotations")).containsEntry(Chart.HOOK, "test");
        assertThat(pod.<List<List<String>>>read("$.spec.containers[*].args"))
                .containsExactly(
                        List.of("probe", "tcp-echo:7"), List.of("probe", "--tls", "--insecure", "tcp-echo:25342"));
    }

    @Test
    void testPodIsAsSmallAsItsProbeHoweverLargeTheService() {
        DocumentContext pod = testPod(Chart.with("echo: {limits: {connections: 100000}}"));
        assertThat(pod.<String>read("$.containers[0].resources.limits.memory")).isEqualTo("256Mi");
    }

    @Test
    void testPodIsNotOneOfTheServicesPods() {
        Chart chart = Chart.with();
        Map<String, String> labels = chart.the("Pod", "tcp-echo-test").read("$.metadata.labels");
        Map<String, String> selector = chart.service().read("$.spec.selector");
        assertThat(labels.entrySet().containsAll(selector.entrySet())).isFalse();
        assertThat(chart.deployment().<Map<String, String>>read("$.spec.template.metadata.labels"))
                .containsAllEntriesOf(selector);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "echo: {listeners: {plain: {proxy-protocol: required, trusted-proxies: [10.0.0.0/8]}}}",
                "{tls: {secretName: certificate}, echo: {listeners: {plain: {ssl: {bundle: server, client-auth: need}}}}}",
                "echo: {listeners: {plain: {behaviours: {corrupt: 1KB}}}}",
                "echo: {listeners: {plain: {protocol: udp, address: localhost}}}",
                "echo: {listeners: {plain: {path: /run/tcp-echo/echo.sock}}}"
            })
    void testLeavesOutWhatTheProbeCannotDo(String values) {
        assertThat(Chart.with(values).all("Pod")).isEmpty();
    }

    @Test
    void testEchoesOnTheListenersWithoutBehaviours() {
        Chart chart = Chart.with("""
                echo:
                  listeners:
                    plain: {}
                    faulty: {port: 25342, behaviours: {close-after: 1KB}}
                    none: {port: 25343, behaviours: {}}
                """);
        assertThat(testPod(chart).<List<String>>read("$.containers[*].name")).containsExactly("none", "plain");
    }

    @Test
    void probeWatchesTheServiceAndListens() {
        DocumentContext container = JsonPath.parse(
                probePod(Chart.with(PROBE, "service: {ports: {plain: 7}}")).<Object>read("$.containers[0]"));
        assertThat(container.<List<String>>read("$.args"))
                .containsExactly("probe", "watch", "--listen", "9100", "--interval", "1s", "tcp-echo:7");
        assertThat(container.<List<Object>>read("$.ports"))
                .containsExactly(Map.of("name", "metrics", "containerPort", 9100));
        for (String asked : List.of("readinessProbe", "livenessProbe")) {
            assertThat(container.<Object>read("$.%s.httpGet".formatted(asked)))
                    .isEqualTo(Map.of("path", "/metrics", "port", "metrics"));
        }
        assertThat(container.<String>read("$.image"))
                .isEqualTo(pod(Chart.with()).read("$.containers[0].image"));
    }

    @Test
    void probeTakesTheFirstListenerThatItCanAndItsTls() {
        Chart chart = Chart.with("""
                probe: {enabled: true, interval: ""}
                tls: {secretName: certificate}
                echo:
                  listeners:
                    a: {port: 25342, behaviours: {delay: 1s}}
                    b: {port: 25343, proxy-protocol: required, trusted-proxies: [10.0.0.0/8]}
                    ba: {port: 25343, protocol: udp, address: localhost}
                    bb: {path: "@echo"}
                    c: {port: 25344, ssl: {bundle: server}}
                    d: {port: 25345}
                """);
        assertThat(probePod(chart).<List<String>>read("$.containers[0].args"))
                .containsExactly("probe", "watch", "--listen", "9100", "--tls", "--insecure", "tcp-echo:25344");
    }

    @Test
    void probeCanWatchAnotherTargetWithOptions() {
        Chart chart = Chart.with("""
                probe: {enabled: true, target: "[2001:db8::7]:7", interval: 200ms, args: [--timeout, 2s]}
                echo: {listeners: {plain: {behaviours: {delay: 1s}}}}
                """);
        assertThat(String.join(" ", probePod(chart).<List<String>>read("$.containers[0].args")))
                .isEqualTo("probe watch --listen 9100 --interval 200ms --timeout 2s [2001:db8::7]:7");
    }

    @Test
    void probeIsNotOneOfTheServicesPodsAndIsScrapedAsItsOwnJob() {
        Chart chart =
                Chart.with(PROBE, "serviceMonitor: {enabled: true, labels: {release: prometheus}, interval: 15s}");
        DocumentContext deployment = chart.the("Deployment", "tcp-echo-probe");
        Map<String, String> labels = deployment.read("$.spec.template.metadata.labels");
        for (DocumentContext service : chart.all("Service")) {
            Map<String, String> selector = service.read("$.spec.selector");
            assertThat(labels.entrySet().containsAll(selector.entrySet())).isFalse();
        }
        DocumentContext monitor = chart.the("PodMonitor", "tcp-echo-probe");
        for (DocumentContext owner : List.of(deployment, monitor)) {
            assertThat(labels).containsAllEntriesOf(owner.<Map<String, String>>read("$.spec.selector.matchLabels"));
        }
        assertThat(labels.get(monitor.<String>read("$.spec.jobLabel"))).isEqualTo("echo-probe");
        assertThat(monitor.<Map<String, String>>read("$.metadata.labels")).containsEntry("release", "prometheus");
        assertThat(monitor.<List<Object>>read("$.spec.podMetricsEndpoints"))
                .containsExactly(Map.of("port", "metrics", "path", "/metrics", "interval", "15s"));
        assertThat(Chart.with(PROBE).all("PodMonitor")).isEmpty();
    }

    @Test
    void networkPoliciesLetTheProbeToListenersAndPrometheusToTheProbe() {
        Chart chart = Chart.with(PROBE, """
                networkPolicy:
                  enabled: true
                  clients: [{ipBlock: {cidr: 192.0.2.0/24}}]
                """);
        Map<String, String> labels = chart.the("Deployment", "tcp-echo-probe").read("$.spec.template.metadata.labels");
        assertThat(labels)
                .containsAllEntriesOf(chart.the("NetworkPolicy", "tcp-echo")
                        .<Map<String, String>>read("$.spec.ingress[0].from[2].podSelector.matchLabels"));
        DocumentContext own = chart.the("NetworkPolicy", "tcp-echo-probe");
        assertThat(labels).containsAllEntriesOf(own.<Map<String, String>>read("$.spec.podSelector.matchLabels"));
        assertThat(own.<List<String>>read("$.spec.policyTypes")).containsExactly("Ingress");
        assertThat(own.<List<Object>>read("$.spec.ingress[*].ports[*].port")).containsExactly("metrics");
        assertThat(Chart.with("networkPolicy: {enabled: true}").all("NetworkPolicy"))
                .hasSize(1);
    }

    /** Those of a load balancer are for the same one: a reader of both is not left to choose. */
    @Test
    void examplesOfTheDocumentsAreTakenAndSayTheSame() throws Exception {
        List<String> examples = new ArrayList<>();
        for (Path document : List.of(Chart.DIRECTORY.resolve("README.md"), Path.of("docs", "deployment.md"))) {
            Pattern.compile("(?s)```yaml\n(.*?)```")
                    .matcher(Files.readString(document))
                    .results()
                    .map(result -> result.group(1))
                    // A rule of Prometheus Adapter is a list.
                    .filter(example -> !example.startsWith("-"))
                    .forEach(examples::add);
        }
        assertThat(examples).hasSizeGreaterThan(5);
        for (String example : examples) {
            assertThat(Chart.with(example).deployment()).as(example).isNotNull();
        }
        List<DocumentContext> loadBalancers = examples.stream()
                .filter(example -> example.contains("type: LoadBalancer"))
                .map(example -> JsonPath.parse(new Yaml().<Object>load(example)))
                .toList();
        assertThat(loadBalancers).hasSize(2);
        for (String same : List.of("$.echo.drain", "$.echo.listeners.plain['proxy-protocol','trusted-proxies']")) {
            assertThat(loadBalancers.get(0).<Object>read(same))
                    .isEqualTo(loadBalancers.get(1).<Object>read(same));
        }
    }

    private static DocumentContext pod(Chart chart) {
        return JsonPath.parse(chart.deployment().<Object>read("$.spec.template.spec"));
    }

    private static DocumentContext probePod(Chart chart) {
        return JsonPath.parse(chart.the("Deployment", "tcp-echo-probe").<Object>read("$.spec.template.spec"));
    }

    private static DocumentContext testPod(Chart chart) {
        return JsonPath.parse(chart.the("Pod", "tcp-echo-test").<Object>read("$.spec"));
    }
}
