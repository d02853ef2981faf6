package dev.tcpecho.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.jayway.jsonpath.DocumentContext;
import com.jayway.jsonpath.JsonPath;
import dev.tcpecho.BehaviourProperties;
import dev.tcpecho.BehaviourRules;
import dev.tcpecho.ConnectionLimit;
import dev.tcpecho.EchoProperties;
import dev.tcpecho.UnitBindHandler;
import dev.tcpecho.address.AddressBlock;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;
import org.yaml.snakeyaml.Yaml;

/** Which values the chart refuses, with their names. */
class ChartSchemaTests {

    private static final Path SCHEMA = Chart.DIRECTORY.resolve("values.schema.json");

    /** Helm's numbers are IEEE 754's. */
    private static final long MOST_THAT_HELM_COUNTS = (1L << 53) - 1;

    private static final List<String> SHORT_FORMS = List.of(
            "",
            "0",
            "1",
            "100",
            "0B",
            "1B",
            "-1B",
            "12KB",
            "12kb",
            "1.5KB",
            "999999999999999KB",
            "999999999999999999KB",
            "12MB",
            "999999999GB",
            "999999TB",
            "99999999TB",
            "1PB",
            "0s",
            "1500ms",
            "5s",
            "-5s",
            "5 s",
            "2m",
            "3h",
            "365d",
            "0.5",
            ".5",
            "1.0",
            "1.1",
            "-0.5",
            "close-port",
            "CLOSE_PORT",
            "reset",
            "json",
            "hello {hostname}, {} {of} {remote",
            "hello {hostname}, {} {no placeholder} {remote",
            "220 {listener} {port} {sni} {connection} {remote}\\r\\n",
            "\\t\\\\{",
            "\\\\n",
            "\\x",
            "hello\\");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    echo: {drain: {dely: 5s}}                               | '/echo/drain': additional properties 'dely'
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
                    echo: {limits: {datagrams-per-second: 0}}               | '/echo/limits/datagrams-per-second'
                    echo: {limits: {datagrams-per-second-per-address: -1}}  | '/echo/limits/datagrams-per-second-per-address'
                    echo: {transport: kqueue}                               | '/echo/transport'
                    echo: {listeners: {plain: {port: 80}}}                  | '/echo/listeners/plain/port'
                    echo: {listeners: {plain: {port: 65536}}}               | '/echo/listeners/plain/port'
                    echo: {listeners: {plain: {port: "25341"}}}             | '/echo/listeners/plain/port'
                    echo: {listeners: {plain: {protocol: sctp}}}            | '/echo/listeners/plain/protocol'
                    echo: {listeners: {plain: {path: echo.sock}}}           | '/echo/listeners/plain/path'
                    echo: {listeners: {plain: {path: "@"}}}                 | '/echo/listeners/plain/path'
                    echo: {listeners: {plain: {permissions: rw-rw---}}}     | '/echo/listeners/plain/permissions'
                    echo: {listeners: {plain: {permissions: rwxrwxrwt}}}    | '/echo/listeners/plain/permissions'
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
                    udpRoutes: {plain: {}}                                  | '/udpRoutes/plain': missing property 'parentRefs'
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
                    probe: {target: echo.example.com}                       | '/probe/target'
                    probe: {interval: 1}                                    | '/probe/interval'
                    probe: {args: [--timeout, 2]}                           | '/probe/args/1'
                    probe: {duration: 1h}                                   | '/probe': additional properties 'duration'
                    unixSockets: {mount: /run}                              | '/unixSockets': additional properties 'mount'
                    behavioursEndpoint: {access: write}                     | '/behavioursEndpoint/access'
                    behavioursEndpoint: {enabled: true}                     | '/behavioursEndpoint': additional properties 'enabled'
                    """, quoteCharacter = '`')
    void wrongValueIsNamed(String values, String name) {
        assertThat(Chart.refusal(values)).contains(name);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    latency: 1s                                        | ': additional properties 'latency'
                    closeAfter: 1KB                                    | ': additional properties 'closeAfter'
                    seed: first                                        | /seed'
                    seed: 1.5                                          | /seed'
                    seed: 9007199254740992                             | /seed'
                    seed: -9007199254740992                            | /seed'
                    beans: "*"                                         | /beans'
                    beans: [""]                                        | /beans/0'
                    corrupt: 0                                         | /corrupt'
                    corrupt: 0KB                                       | /corrupt'
                    corrupt: 1mb                                       | /corrupt'
                    corrupt: 1 MB                                      | /corrupt'
                    corrupt: -1                                        | /corrupt'
                    corrupt: 1.5                                       | /corrupt'
                    corrupt: true                                      | /corrupt'
                    corrupt: {}                                        | /corrupt': missing property 'one-bit-in'
                    corrupt: {one-bit-in: 0B}                          | /corrupt/one-bit-in'
                    corrupt: {one-bit-in: 1MB, probability: 1.1}       | /corrupt/probability'
                    corrupt: {one-bit-in: 1MB, probability: "1"}       | /corrupt/probability'
                    corrupt: {one-bit-in: 1MB, bits: 2}                | /corrupt': additional properties 'bits'
                    delay: 100 ms                                      | /delay'
                    delay: -1s                                         | /delay'
                    delay: 1KB                                         | /delay'
                    delay: {jitter: 1s}                                | /delay': missing property 'duration'
                    delay: {duration: PT1S}                            | /delay/duration'
                    delay: {duration: 1s, distribution: pareto}        | /delay/distribution'
                    delay: {duration: 1s, probability: -0.1}           | /delay/probability'
                    rate: 0                                            | /rate'
                    rate: 1MB/s                                        | /rate'
                    rate: 1000000TB                                    | /rate'
                    rate: {scope: listener}                            | /rate': missing property 'bytes-per-second'
                    rate: {bytes-per-second: 0}                        | /rate/bytes-per-second'
                    rate: {bytes-per-second: 1KB, scope: pod}          | /rate/scope'
                    rate: {bytes-per-second: 1KB, probability: 2}      | /rate/probability'
                    chunk: 0B                                          | /chunk'
                    chunk: {variation: 1B}                             | /chunk': missing property 'size'
                    chunk: {size: 0}                                   | /chunk/size'
                    chunk: {size: 10, variation: -1}                   | /chunk/variation'
                    chunk: {size: 10, pause: 1KB}                      | /chunk/pause'
                    chunk: {size: 10, probability: 2}                  | /chunk/probability'
                    stall-after: 0                                     | /stall-after'
                    stall-after: 0B                                    | /stall-after'
                    stall-after: 10 KB                                 | /stall-after'
                    stall-after: 01s                                   | /stall-after'
                    stall-after: {probability: 0.5}                    | /stall-after': missing property 'bytes'
                    close-after: never                                 | /close-after'
                    close-after: {bytes: 0}                            | /close-after/bytes'
                    close-after: {bytes: 5s}                           | /close-after/bytes'
                    close-after: {time: 1KB}                           | /close-after/time'
                    close-after: {time: 1s, probability: 1.01}         | /close-after/probability'
                    reset-after: 10PB                                  | /reset-after'
                    reset-after: {time: 1s, bits: 1}                   | /reset-after': additional properties 'bits'
                    {close-after: 1KB, reset-after: 1s}                | /reset-after'
                    greeting: ""                                       | /greeting'
                    greeting: 220                                      | /greeting'
                    greeting: {}                                       | /greeting': missing property 'text'
                    greeting: {text: ""}                               | /greeting/text'
                    greeting: {format: text}                           | /greeting': missing property 'text'
                    greeting: {text: hello, format: yaml}              | /greeting/format'
                    greeting: {text: hello, format: json}              | /greeting/text'
                    greeting: {text: hello, probability: 2}            | /greeting/probability'
                    refuse: {}                                         | /refuse'
                    refuse: reset                                      | /refuse'
                    refuse: "1.1"                                      | /refuse'
                    refuse: 1.1                                        | /refuse'
                    refuse: -0.1                                       | /refuse'
                    refuse: true                                       | /refuse'
                    refuse: {share: 2}                                 | /refuse/share'
                    refuse: {mode: drop}                               | /refuse/mode'
                    refuse: {share: 0.5, mode: close-port}             | /refuse/share'
                    loss: 1.1                                          | /loss'
                    loss: {}                                           | /loss': missing property 'probability'
                    loss: {probability: "0.1"}                         | /loss/probability'
                    loss: {probability: 0.1, burst: 3}                 | /loss': additional properties 'burst'
                    """, quoteCharacter = '`')
    void wrongBehaviourIsNamed(String behaviours, String name) {
        assertThat(Chart.refusal(behaviours(behaviours))).contains("'/echo/listeners/plain/behaviours" + name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "corrupt",
                "delay",
                "rate",
                "chunk",
                "stall-after",
                "greeting",
                "close-after",
                "reset-after",
                "refuse",
                "loss"
            })
    void shortFormsAreThoseOfTheService(String behaviour) {
        for (String text : SHORT_FORMS) {
            Throwable ofTheService = catchThrowable(() -> checkAsTheServiceDoes(behaviour, text));
            Throwable ofTheChart = catchThrowable(() -> Chart.with(behaviours("%s: '%s'".formatted(behaviour, text))));
            assertThat(ofTheChart == null)
                    .as("%s: '%s', %s", behaviour, text, (ofTheChart != null) ? ofTheChart : ofTheService)
                    .isEqualTo(ofTheService == null);
        }
    }

    private static void checkAsTheServiceDoes(String behaviour, String text) {
        Binder binder = new Binder(new MapConfigurationPropertySource(Map.of("behaviours." + behaviour, text)));
        BehaviourRules.check(
                "behaviours.",
                binder.bindOrCreate(
                        ConfigurationPropertyName.of("behaviours"),
                        Bindable.of(BehaviourProperties.class),
                        new UnitBindHandler(BindHandler.DEFAULT, ConfigurationPropertyName.EMPTY)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1024})
    void greetingMayBeAsLongAsTheServicesOwn(int length) {
        for (String greeting : List.of("greeting: '%s'", "greeting: {text: '%s'}")) {
            assertThat(Chart.with(behaviours(greeting.formatted("a".repeat(length))))
                            .all("Deployment"))
                    .hasSize(1);
            assertThat(Chart.refusal(behaviours(greeting.formatted("a".repeat(length + 1024)))))
                    .contains("'/echo/listeners/plain/behaviours/greeting");
        }
    }

    /** In the comment above the listeners: each behaviour as one value, and as an object in its own comment. */
    @Test
    void everyBehaviourIsExplainedByAnExampleThatIsTaken() throws Exception {
        String example = Files.readString(Chart.DIRECTORY.resolve("values.yaml"))
                .replaceAll("(?s).*?\n( {2}#   faulty:\n.*?)\n {2}listeners:.*", "$1")
                .replaceAll("(?m)^ {2}# {3}", "");
        Map<String, Map<String, Map<String, Object>>> listeners = new Yaml().load(example);
        Set<String> behaviours = listeners.values().stream()
                .flatMap(listener -> listener.getOrDefault("behaviours", Map.of()).keySet().stream())
                .collect(Collectors.toSet());
        assertThat(Chart.with("echo:\n  limits: {allow: [10.0.0.0/8]}\n  listeners:\n" + example.indent(4))
                        .service()
                        .<List<String>>read("$..name"))
                .contains("faulty", "datagrams");
        Set<String> names = Arrays.stream(BehaviourProperties.class.getRecordComponents())
                .map(ChartSchemaTests::name)
                .filter(name -> !name.equals("reset-after"))
                .collect(Collectors.toSet());
        assertThat(behaviours).isEqualTo(names);
        Map<String, String> objects = example.lines()
                .map(Pattern.compile(" *([a-z-]+): .* # .*?([{].*[}]).*")::matcher)
                .filter(Matcher::matches)
                .collect(Collectors.toMap(line -> line.group(1), line -> line.group(2)));
        names.removeAll(Set.of("seed", "beans"));
        assertThat(objects).containsOnlyKeys(names);
        objects.forEach((name, object) -> assertThat(
                        Chart.with(behaviours(name + ": " + object)).all("Deployment"))
                .hasSize(1));
    }

    /** Of a listener that can have them: only datagrams can be lost. */
    private static String behaviours(String behaviours) {
        return "echo: {limits: {allow: [10.0.0.0/8]}, listeners: {plain: {protocol: %s, behaviours: %s}}}"
                .formatted(
                        behaviours.startsWith("loss") ? "udp" : "tcp",
                        behaviours.startsWith("{") ? behaviours : "{" + behaviours + "}");
    }

    @ParameterizedTest
    @MethodSource("valuesThatDoNotFit")
    void valuesThatDoNotFitEachOtherAreRefusedWithASentence(String values, String sentence) {
        assertThat(Chart.refusal(values)).contains(sentence);
    }

    private static Stream<Arguments> valuesThatDoNotFit() {
        return Stream.of(
                arguments(
                        "echo: {listeners: {plain: {}, other: {port: 25341}}}",
                        "echo.listeners.plain.port is 25341, which is echo.listeners.other.port already: choose another"),
                arguments(
                        "echo: {listeners: {plain: {port: 8080}}}",
                        "echo.listeners.plain.port is 8080, which is the management port already: choose another"),
                arguments(
                        "{probe: {enabled: true}, echo: {listeners: {plain: {behaviours: {delay: 1s}}}}}",
                        "probe.enabled is true, but each of echo.listeners needs a PROXY header or a client certificate, has behaviours or a path, or is of UDP: set probe.target, and its options in probe.args"),
                arguments(
                        "echo: {listeners: {plain: {protocol: udp}}}",
                        "echo.listeners.plain.protocol is 'udp' on '::', but echo.limits.allow is empty, so that anyone could have datagrams sent to somebody else: set echo.limits.allow to the CIDR blocks of the clients, for example [10.0.0.0/8], or echo.listeners.plain.address to 127.0.0.1 or ::1"),
                arguments(
                        "{tls: {secretName: certificate}, echo: {listeners: {plain: {address: localhost, protocol: udp, ssl: {bundle: server}}}}}",
                        "echo.listeners.plain.ssl is set, but a UDP listener has no connections: remove it, or set echo.listeners.plain.protocol to tcp"),
                arguments(
                        "echo: {listeners: {plain: {address: localhost, protocol: udp, proxy-protocol: optional, trusted-proxies: [10.0.0.0/8]}}}",
                        "echo.listeners.plain.proxy-protocol is set, but a UDP listener has no connections: remove it, or set echo.listeners.plain.protocol to tcp"),
                arguments(
                        "echo: {listeners: {plain: {address: localhost, protocol: udp, behaviours: {delay: 1s, rate: 1KB}}}}",
                        "echo.listeners.plain.behaviours.rate is set, but a UDP listener has no connections: remove it; datagrams can have delay, corrupt and loss"),
                arguments(
                        "echo: {listeners: {plain: {behaviours: {loss: 0.1}}}}",
                        "echo.listeners.plain.behaviours.loss is set, but a TCP listener echoes no datagrams: remove it, or set echo.listeners.plain.protocol to udp"),
                arguments(
                        "echo: {limits: {allow: [10.0.0.0/8]}, listeners: {a: {protocol: udp}, b: {protocol: udp}}}",
                        "echo.listeners.b.port is 25341, which is echo.listeners.a.port already: choose another"),
                arguments(
                        "echo: {listeners: {plain: {path: /run/tcp-echo/a, protocol: udp}}}",
                        "echo.listeners.plain.protocol is udp, which means nothing beside a path: remove it, or echo.listeners.plain.path"),
                arguments(
                        "echo: {listeners: {plain: {path: /run/tcp-echo/a, port: 25342}}}",
                        "echo.listeners.plain.port is 25342, which means nothing beside a path: remove it, or echo.listeners.plain.path"),
                arguments(
                        "echo: {listeners: {plain: {path: '@a', address: 127.0.0.1}}}",
                        "echo.listeners.plain.address is 127.0.0.1, which means nothing beside a path: remove it, or echo.listeners.plain.path"),
                arguments(
                        "echo: {listeners: {plain: {path: '@a', reuse-port: true}}}",
                        "echo.listeners.plain.reuse-port is true, which means nothing beside a path: remove it, or echo.listeners.plain.path"),
                arguments(
                        "echo: {listeners: {plain: {path: '@a', proxy-protocol: required, trusted-proxies: [10.0.0.0/8]}}}",
                        "echo.listeners.plain.proxy-protocol is required, which means nothing beside a path: remove it, or echo.listeners.plain.path"),
                arguments(
                        "echo: {listeners: {plain: {path: '@a', permissions: rw-------}}}",
                        "echo.listeners.plain.permissions is 'rw-------', which means nothing beside an abstract name: remove it, or change echo.listeners.plain.path"),
                arguments(
                        "echo: {listeners: {plain: {group: echo}}}",
                        "echo.listeners.plain.group is 'echo', which means nothing without a path: remove it, or set echo.listeners.plain.path"),
                arguments(
                        "echo: {listeners: {plain: {path: /run/tcp-echo/%s}}}".formatted("é".repeat(44)),
                        ", of 102 bytes, but at most 101 fit: shorten it"),
                arguments(
                        "echo: {listeners: {plain: {path: '@%s'}}}".formatted("a".repeat(107)),
                        ", of 108 bytes, but at most 107 fit: shorten it"),
                arguments(
                        "echo: {listeners: {a: {path: '@a'}, b: {path: '@a'}}}",
                        "echo.listeners.b.path is @a, which is echo.listeners.a.path already: choose another"),
                arguments(
                        "probe: {args: [--duration=1h]}",
                        "probe.args has --duration=1h, but the chart runs the probe for ever, and sets its port and its interval: leave it out, or set probe.interval"),
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
                        "echo: {listeners: {plain: {proxy-protocol: optional}}}",
                        "echo.listeners.plain.proxy-protocol is 'optional', but no proxy is trusted, so that every header would be echoed: set echo.listeners.plain.trusted-proxies"),
                arguments(
                        "echo: {listeners: {plain: {trusted-proxies: [10.0.0.0/8]}}}",
                        "echo.listeners.plain.trusted-proxies is set, but without proxy-protocol a proxy's header would be echoed: set echo.listeners.plain.proxy-protocol to required or optional, or remove it"),
                arguments(
                        behaviours("delay: {duration: 100ms, distribution: normal}"),
                        "echo.listeners.plain.behaviours.delay.distribution is 'normal', but there is no jitter to distribute: set delay.jitter, or remove delay.distribution"),
                arguments(
                        "echo: {listeners: {plain: {ssl: {bundle: other}}}}",
                        "echo.listeners.plain.ssl.bundle is 'other', but the chart knows only the bundle 'server', with the Secret of tls.secretName: name that"),
                arguments(
                        behaviours("delay: {duration: 100ms, jitter: 101ms}"),
                        "echo.listeners.plain.behaviours.delay.jitter is 101ms, more than delay.duration (100ms): lower it, or set delay.distribution to normal"),
                arguments(
                        behaviours("chunk: {size: 1KB, variation: 1024}"),
                        "echo.listeners.plain.behaviours.chunk.variation is 1024B, not less than chunk.size (1024B): lower it"),
                arguments(
                        behaviours("greeting: '{hostname} {host}'"),
                        "echo.listeners.plain.behaviours.greeting has {host}, which stands for nothing: use {hostname}, {listener}, {port}, {remote}, {sni} or {connection}"),
                arguments(
                        behaviours("greeting: {text: 'hello\\r\\x'}"),
                        "echo.listeners.plain.behaviours.greeting has \\x, which stands for nothing: use \\r, \\n, \\t or \\\\"),
                arguments(
                        behaviours("greeting: 'hello\\'"),
                        "echo.listeners.plain.behaviours.greeting has \\, which stands for nothing: use \\r, \\n, \\t or \\\\"),
                arguments(
                        "service: {ports: {plan: 7}}",
                        "service.ports.plan names no listener: echo.listeners has plain"),
                arguments(
                        "service: {nodePorts: {plan: 30007}}",
                        "service.nodePorts.plan names no listener: echo.listeners has plain"),
                arguments(
                        "echo: {listeners: {local: {path: /tmp/echo.sock}}}",
                        "echo.listeners.local.path is /tmp/echo.sock, but the pod has a volume for sockets only at /run/tcp-echo: set it to a file there, for example /run/tcp-echo/echo.sock"),
                arguments(
                        "echo: {listeners: {local: {path: /run/tcp-echo/..}}}",
                        "echo.listeners.local.path is /run/tcp-echo/.., but the pod has a volume for sockets only at /run/tcp-echo: set it to a file there"),
                arguments(
                        "echo: {listeners: {local: {path: /run/tcp-echo/sub/echo.sock}}}",
                        "echo.listeners.local.path is /run/tcp-echo/sub/echo.sock, but the pod has a volume for sockets only at /run/tcp-echo: set it to a file there"),
                arguments(
                        "echo: {transport: nio, listeners: {local: {path: '@echo'}}}",
                        "echo.listeners.local.path is @echo, but echo.transport is nio, which has no abstract names: set it to epoll, or echo.listeners.local.path to a file in /run/tcp-echo"),
                arguments(
                        "udpRoutes: {plan: {parentRefs: [{name: a}]}}",
                        "udpRoutes.plan names no listener: echo.listeners has plain"),
                arguments(
                        "udpRoutes: {plain: {parentRefs: [{name: a}]}}",
                        "udpRoutes.plain is set, but echo.listeners.plain.protocol is tcp: set tcpRoutes.plain instead"),
                arguments(
                        "{echo: {listeners: {dns: {protocol: udp, address: localhost}}}, tcpRoutes: {dns: {parentRefs: [{name: a}]}}}",
                        "tcpRoutes.dns is set, but echo.listeners.dns.protocol is udp: set udpRoutes.dns instead"),
                arguments(
                        "{echo: {listeners: {dns: {protocol: udp, address: localhost}}}, tlsRoutes: {dns: {hostnames: [a], parentRefs: [{name: a}]}}}",
                        "tlsRoutes.dns is set, but echo.listeners.dns.protocol is udp: set udpRoutes.dns instead"),
                arguments(
                        "{echo: {listeners: {a: {path: '@a'}}}, tcpRoutes: {a: {parentRefs: [{name: a}]}}}",
                        "tcpRoutes.a is set, but echo.listeners.a has a path and no port: remove it"),
                arguments(
                        "{echo: {listeners: {a: {path: '@a'}}}, service: {ports: {a: 7}}}",
                        "service.ports.a is set, but echo.listeners.a has a path and no port: remove it"),
                arguments(
                        "{echo: {listeners: {plain: {}, other: {port: 25342}}}, service: {ports: {other: 25341}}}",
                        "the Service's port of echo.listeners.plain is 25341, which is that of echo.listeners.other already: set service.ports.plain to another"),
                arguments(
                        "{echo: {listeners: {plain: {}, other: {port: 25342}}}, service: {type: NodePort, nodePorts: {plain: 30007, other: 30007}}}",
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
                        "echo: {listeners: {plain: {proxy-protocol: optional, trusted-proxies: [10.0.0.0/33]}}}",
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
                        "resources: {limits: {memory: 284Mi}}",
                        "resources.limits.memory is 284Mi, but jvm.heap, jvm.overhead and as many connections as echo.limits.connections (1000) can take 285Mi: raise it or leave it out, or lower echo.limits.connections"),
                arguments(
                        "resources: {requests: {memory: 286Mi}}",
                        "resources.requests.memory is 286Mi, more than the limit (285Mi): lower it or leave it out, or raise resources.limits.memory"),
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
                        "{behavioursEndpoint: {access: read-only}, extraEnv: [{name: MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE, value: 'health, connections'}]}",
                        "extraEnv has MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE without behaviours, so that behavioursEndpoint.access would expose nothing: add it"),
                arguments(
                        "extraEnv: [{name: POD_NAME, value: a}]",
                        "extraEnv has POD_NAME, which the chart sets itself: leave it out"),
                arguments(
                        "extraEnv: [{name: POD_NAMESPACE, value: a}]",
                        "extraEnv has POD_NAMESPACE, which the chart sets itself: leave it out"),
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

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    limits: {idle-timeout: 300}                                       | limits.idle-timeout is 300
                    limits: {lifetime: "300"}                                         | limits.lifetime is 300
                    drain: {delay: 5}                                                 | drain.delay is 5
                    drain: {quiet: 1000000}                                           | drain.quiet is 1000000
                    drain: {timeout: "30"}                                            | drain.timeout is 30
                    B: {delay: 100}                                                   | B.delay is 100
                    B: {delay: {duration: "100"}}                                     | B.delay.duration is 100
                    B: {delay: {duration: 1s, jitter: 5}}                             | B.delay.jitter is 5
                    B: {chunk: {size: 10, pause: 10}}                                 | B.chunk.pause is 10
                    B: {close-after: {time: 30}}                                      | B.close-after.time is 30
                    B: {stall-after: 30}                                              | B.stall-after is 30
                    B: {reset-after: "30"}                                            | B.reset-after is 30
                    """)
    void durationWithoutAUnitIsRefusedWithASentence(String values, String sentence) {
        String echo = values.startsWith("B: ")
                ? "listeners: {plain: {behaviours: %s}}".formatted(values.substring(3))
                : values;
        assertThat(Chart.refusal("echo: {%s}".formatted(echo)))
                .contains("echo.%s, which has no unit: set it to a number and a unit, for example "
                        .formatted(sentence.replace("B.", "listeners.plain.behaviours.")));
    }

    @Test
    void chartOfWhichThisIsAPartCanTurnItOff() {
        assertThat(Chart.with("enabled: true").all("Deployment")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "'0'", "0s", "0ms", "1500ms", "5s", "1m", "2h", "365d", "999999999ms"})
    void durationsWithAUnitAndZeroAreTaken(String duration) {
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
        if (hasShortForm(type)) {
            assertThat(schema.<List<String>>read(path + ".type")).as(path).contains("string", "object");
            Map<String, Object> described = schema.read(path);
            assertThat(described.getOrDefault("required", List.of())).as(path).isEqualTo(needed(type));
        }
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
            String definition = (String) described.get("$ref");
            assertDescribes(
                    schema,
                    (definition != null) ? definition.replace("#/", "$.").replace('/', '.') : path,
                    type);
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
        } else if (type == List.class && elementType(component) == String.class) {
            assertThat(described).as(path).containsEntry("items", Map.of("type", "string", "minLength", 1));
            assertThat(types(described)).as(path).contains("array");
        } else if (type == List.class) {
            assertThat(described).as(path).containsEntry("$ref", "#/definitions/addressBlocks");
        } else if (type == DataSize.class) {
            // Of the sizes, only that one may be nothing.
            String definition = name(component).equals("variation") ? "dataSize" : "positiveDataSize";
            assertThat(described).as(path).containsEntry("$ref", "#/definitions/" + definition);
        } else if (type == double.class) {
            // Every one of them is a share.
            assertThat(described).as(path).containsEntry("$ref", "#/definitions/share");
        } else if (type == Long.class) {
            assertThat(types(described)).as(path).contains("integer");
            assertThat(described)
                    .as(path)
                    .containsEntry("minimum", -MOST_THAT_HELM_COUNTS)
                    .containsEntry("maximum", MOST_THAT_HELM_COUNTS);
        } else if (type == ConnectionLimit.class) {
            // The chart computes the memory limit from the number, so that auto would be a circle.
            assertThat(described)
                    .as(path)
                    .containsEntry("type", "integer")
                    .containsEntry("minimum", 1)
                    .containsEntry("maximum", Integer.MAX_VALUE);
        } else if (type == int.class) {
            Method accessor = component.getAccessor();
            Max max = accessor.getAnnotation(Max.class);
            assertThat(types(described)).as(path).contains("integer");
            assertThat(described)
                    .as(path)
                    // A Service cannot point to any free port, and a pod may not open a privileged one.
                    .containsEntry(
                            "minimum",
                            name(component).equals("port")
                                    ? 1024
                                    : (int) accessor.getAnnotation(Min.class).value())
                    .containsEntry("maximum", (max != null) ? (int) max.value() : Integer.MAX_VALUE);
        } else {
            assertThat(types(described)).as(path).contains(type == boolean.class ? "boolean" : "string");
        }
    }

    private static List<Object> types(Map<String, Object> described) {
        return (described.get("type") instanceof List<?> types) ? List.copyOf(types) : List.of(described.get("type"));
    }

    private static Class<?> elementType(RecordComponent component) {
        return (Class<?>) ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0];
    }

    /** Tells whether a value of this type can be written as one text, from which Spring makes it. */
    private static boolean hasShortForm(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .anyMatch(method -> method.getName().equals("valueOf")
                        && Arrays.equals(method.getParameterTypes(), new Class<?>[] {String.class}));
    }

    /** The names of what has no default and may not be absent. */
    private static List<String> needed(Class<?> type) {
        Parameter[] parameters = type.getDeclaredConstructors()[0].getParameters();
        RecordComponent[] components = type.getRecordComponents();
        return IntStream.range(0, components.length)
                .filter(i -> !parameters[i].isAnnotationPresent(DefaultValue.class))
                .filter(i -> !components[i].getAnnotatedType().isAnnotationPresent(Nullable.class))
                .mapToObj(i -> name(components[i]))
                .toList();
    }

    private static String name(RecordComponent component) {
        return DataObjectPropertyName.toDashedForm(component.getName());
    }
}
