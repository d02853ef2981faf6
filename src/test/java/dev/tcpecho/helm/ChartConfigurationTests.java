package dev.tcpecho.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.jayway.jsonpath.DocumentContext;
import dev.tcpecho.BehaviourProperties;
import dev.tcpecho.BehaviourProperties.After;
import dev.tcpecho.BehaviourProperties.Chunk;
import dev.tcpecho.BehaviourProperties.Corrupt;
import dev.tcpecho.BehaviourProperties.Delay;
import dev.tcpecho.BehaviourProperties.Distribution;
import dev.tcpecho.BehaviourProperties.Format;
import dev.tcpecho.BehaviourProperties.Greeting;
import dev.tcpecho.BehaviourProperties.Loss;
import dev.tcpecho.BehaviourProperties.Mode;
import dev.tcpecho.BehaviourProperties.Rate;
import dev.tcpecho.BehaviourProperties.Refuse;
import dev.tcpecho.BehaviourProperties.Scope;
import dev.tcpecho.BehaviourRules;
import dev.tcpecho.BehaviourShortForms;
import dev.tcpecho.ConnectionLimit;
import dev.tcpecho.EchoProperties;
import dev.tcpecho.EchoProperties.Drain;
import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.EchoProperties.Listener;
import dev.tcpecho.EchoProperties.Protocol;
import dev.tcpecho.EchoProperties.ProxyProtocol;
import dev.tcpecho.EchoProperties.Ssl;
import dev.tcpecho.ListenerRules;
import dev.tcpecho.address.AddressBlock;
import dev.tcpecho.transport.TransportChoice;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.web.server.Ssl.ClientAuth;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.util.unit.DataSize;

/** What the service makes of the configuration that the chart writes, and what the pod is given for it. */
class ChartConfigurationTests {

    private static final String CONTAINER = "$.spec.template.spec.containers[0].";

    private static final String TLS = """
            tls: {secretName: certificate}
            echo: {listeners: {tls: {port: 25342, ssl: {bundle: server, client-auth: want}}}}
            """;

    @Test
    void defaultsAreTheServicesButForConnectionsAndDelay() {
        EchoProperties service = bind("");
        assertThat(bind(Chart.with().applicationYml()))
                .isEqualTo(new EchoProperties(
                        service.transport(),
                        service.listeners(),
                        new Limits(
                                ConnectionLimit.valueOf(1000),
                                service.limits().connectionsPerAddress(),
                                service.limits().datagramsPerSecond(),
                                service.limits().datagramsPerSecondPerAddress(),
                                service.limits().idleTimeout(),
                                service.limits().lifetime(),
                                service.limits().allow(),
                                service.limits().deny()),
                        new Drain(
                                Duration.ofSeconds(5),
                                service.drain().quiet(),
                                service.drain().timeout())));
    }

    @Test
    void everyPropertyIsBoundByItsName() {
        EchoProperties properties = bind(Chart.with("""
                tls: {secretName: certificate}
                echo:
                  transport: io-uring
                  listeners:
                    plain:
                      address: 127.0.0.1
                      port: 7777
                      backlog: 1000000
                      reuse-port: true
                      ssl: {bundle: server, client-auth: need}
                      proxy-protocol: required
                      trusted-proxies: [10.0.0.0/8, "fd00::/8"]
                  limits:
                    connections: 2000000
                    connections-per-address: 3
                    datagrams-per-second: 200000
                    datagrams-per-second-per-address: 0
                    idle-timeout: 90s
                    lifetime: 1d
                    allow: [192.0.2.0/24]
                    deny: [192.0.2.1/32]
                  drain: {delay: 1500ms, quiet: 2s, timeout: 1m}
                """).applicationYml());
        assertThat(properties)
                .isEqualTo(new EchoProperties(
                        TransportChoice.IO_URING,
                        Map.of(
                                "plain",
                                new Listener(
                                        Protocol.TCP,
                                        "127.0.0.1",
                                        7777,
                                        "",
                                        "rw-rw----",
                                        "",
                                        1_000_000,
                                        true,
                                        new Ssl("server", ClientAuth.NEED),
                                        ProxyProtocol.REQUIRED,
                                        List.of(AddressBlock.valueOf("10.0.0.0/8"), AddressBlock.valueOf("fd00::/8")),
                                        BehaviourProperties.NONE)),
                        new Limits(
                                ConnectionLimit.valueOf(2_000_000),
                                3,
                                200_000,
                                0,
                                Duration.ofSeconds(90),
                                Duration.ofDays(1),
                                List.of(AddressBlock.valueOf("192.0.2.0/24")),
                                List.of(AddressBlock.valueOf("192.0.2.1/32"))),
                        new Drain(Duration.ofMillis(1500), Duration.ofSeconds(2), Duration.ofMinutes(1))));
    }

    @Test
    void listenerOfDatagramsIsBoundWithItsLoss() {
        String values =
                "echo: {limits: {allow: [10.0.0.0/8]}, listeners: {dns: {protocol: udp, behaviours: {loss: %s}}}}";
        for (String loss : List.of("0.25", "'.25'", "{probability: 0.25}")) {
            Listener listener = bind(Chart.with(values.formatted(loss)).applicationYml())
                    .listeners()
                    .get("dns");
            assertThat(listener.isUdp()).isTrue();
            assertThat(listener.port()).isEqualTo(25341);
            assertThat(listener.behaviours().loss()).isEqualTo(new Loss(0.25));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{ssl: {bundle: server}}",
                "{ssl: {bundle: server, client-auth: need}}",
                "{proxy-protocol: required, trusted-proxies: [10.0.0.0/8]}",
                "{behaviours: {seed: 1, delay: 1s, corrupt: 1KB, loss: 0.1}}",
                "{behaviours: {beans: []}}",
                "{behaviours: {rate: 1KB}}",
                "{behaviours: {chunk: 1}}",
                "{behaviours: {stall-after: 1KB}}",
                "{behaviours: {greeting: json}}",
                "{behaviours: {close-after: 1KB}}",
                "{behaviours: {reset-after: 1KB}}",
                "{behaviours: {refuse: 0.1}}",
                "{path: /run/tcp-echo/echo.sock, permissions: rw-rw-rw-, group: '65532'}",
                "{path: '@echo'}",
                "{path: '@echo', group: '65532'}",
                "{path: '@echo', permissions: rw-------}",
                "{path: '@echo', address: '::', port: 25341, reuse-port: false, proxy-protocol: 'off'}",
                "{path: '@echo', address: 127.0.0.1}",
                "{path: '@echo', port: 25342}",
                "{path: '@echo', reuse-port: true}",
                "{path: '@echo', proxy-protocol: optional, trusted-proxies: [10.0.0.0/8]}",
                "{path: '@echo', backlog: 1, ssl: {bundle: server}, behaviours: {delay: 1s}}",
                "{permissions: rw-------}",
                "{permissions: rw-rw----, group: ''}",
                "{group: '65532'}"
            })
    void listenersOfEachKindAreThoseOfTheService(String listener) {
        for (String protocol : List.of("tcp", "udp")) {
            assertIsTakenAsByTheService("echo: {limits: {allow: [10.0.0.0/8]}, listeners: {plain: {protocol: %s, %s}}"
                    .formatted(protocol, listener.substring(1)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"'::'", "127.0.0.1", "127.1.2.3", "'::1'", "localhost", "192.0.2.1"})
    void addressesThatNeedNoListOfClientsAreThoseOfTheService(String address) {
        assertIsTakenAsByTheService("echo: {listeners: {plain: {protocol: udp, address: %s}}}".formatted(address));
    }

    private static void assertIsTakenAsByTheService(String values) {
        Throwable ofTheService = catchThrowable(() -> checkAsTheServiceDoes(values));
        Throwable ofTheChart = catchThrowable(() -> Chart.with("tls: {secretName: certificate}", values));
        assertThat(ofTheChart == null)
                .as("%s: %s", values, (ofTheChart != null) ? ofTheChart : ofTheService)
                .isEqualTo(ofTheService == null);
    }

    private static void checkAsTheServiceDoes(String values) {
        EchoProperties properties = bind(values);
        ListenerRules.check(properties);
        properties.listeners().forEach((name, listener) -> {
            BehaviourRules.check(name, listener.behaviours(), listener.protocol());
        });
    }

    /** A port beside a path, even the default one, would be written where the service looks for none. */
    @Test
    void listenerWithAPathIsBoundWithWhoMayConnect() {
        String applicationYml = Chart.with("""
                echo:
                  listeners:
                    file: {path: /run/tcp-echo/echo.sock, permissions: rw-rw-rw-, group: nogroup}
                    name: {path: "@echo"}
                """).applicationYml();
        Map<String, Listener> listeners = bind(applicationYml).listeners();
        assertThat(listeners.get("file"))
                .extracting(Listener::path, Listener::permissions, Listener::group)
                .containsExactly("/run/tcp-echo/echo.sock", "rw-rw-rw-", "nogroup");
        assertThat(listeners.get("name"))
                .extracting(Listener::path, Listener::permissions, Listener::group)
                .containsExactly("@echo", "rw-rw----", "");
        assertThat(applicationYml).doesNotContain(" port:");
    }

    @Test
    void everyBehaviourIsBoundWithItsSettings() {
        assertThat(behaviours("""
                seed: -9007199254740991
                beans: [first, second]
                corrupt: {one-bit-in: 1MB, probability: 0.1}
                delay: {duration: 100ms, jitter: 50ms, distribution: normal, probability: 0.25}
                rate: {bytes-per-second: 3000000000, scope: listener, probability: 0.5}
                chunk: {size: 100, variation: 99B, pause: 10ms, probability: 0.75}
                stall-after: {bytes: 10KB, time: 5s, probability: 0}
                greeting: {text: 'hello {remote}\\r\\n', format: text, probability: 1}
                close-after: {time: 1h}
                refuse: {share: 1e-3, mode: reset}
                """))
                .isEqualTo(new BehaviourProperties(
                        -9_007_199_254_740_991L,
                        List.of("first", "second"),
                        new Corrupt(DataSize.ofMegabytes(1), 0.1),
                        new Delay(Duration.ofMillis(100), Duration.ofMillis(50), Distribution.NORMAL, 0.25),
                        new Rate(DataSize.ofBytes(3_000_000_000L), Scope.LISTENER, 0.5),
                        new Chunk(DataSize.ofBytes(100), DataSize.ofBytes(99), Duration.ofMillis(10), 0.75),
                        new After(DataSize.ofKilobytes(10), Duration.ofSeconds(5), 0),
                        new Greeting("hello {remote}\\r\\n", Format.TEXT, 1),
                        new After(null, Duration.ofHours(1), 1),
                        null,
                        new Refuse(0.001, Mode.RESET),
                        null));
    }

    @Test
    void shortFormOfABehaviourIsTextOrANumber() {
        BehaviourProperties properties = new BehaviourProperties(
                null,
                List.of("*"),
                new Corrupt(DataSize.ofBytes(1_000_000), 1),
                new Delay(Duration.ofMillis(100), Duration.ZERO, Distribution.UNIFORM, 1),
                new Rate(DataSize.ofBytes(3_000_000_000L), Scope.CONNECTION, 1),
                new Chunk(DataSize.ofBytes(100), DataSize.ofBytes(0), Duration.ZERO, 1),
                new After(DataSize.ofBytes(1), null, 1),
                new Greeting("", Format.JSON, 1),
                null,
                new After(DataSize.ofBytes(10_240), null, 1),
                new Refuse(0.1, Mode.RESET),
                null);
        assertThat(behaviours("""
                corrupt: 1000000
                delay: 100ms
                rate: 3000000000
                chunk: 100
                stall-after: 1B
                greeting: json
                reset-after: 10240B
                refuse: 0.1
                """)).isEqualTo(properties);
        assertThat(behaviours("""
                corrupt: 1000000B
                delay: 100ms
                rate: "3000000000"
                chunk: 100B
                stall-after: "1B"
                greeting: json
                reset-after: 10KB
                refuse: "0.1"
                """)).isEqualTo(properties);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    refuse: close-port          | 1 | CLOSE_PORT
                    refuse: {mode: close-port}  | 1 | CLOSE_PORT
                    refuse: {share: 0}          | 0 | RESET
                    refuse: 1                   | 1 | RESET
                    """)
    void connectionsAreRefusedAsTheServiceRefusesThem(String behaviours, double share, Mode mode) {
        assertThat(behaviours(behaviours).refuse()).isEqualTo(new Refuse(share, mode));
    }

    @Test
    void noBeanMayShapeTheStream() {
        assertThat(behaviours("beans: []").beans()).isEmpty();
    }

    @Test
    void offMayBeWrittenWithoutQuotes() {
        EchoProperties properties = bind(
                Chart.with("echo: {listeners: {plain: {proxy-protocol: off}}}").applicationYml());
        assertThat(properties.listeners().get("plain").proxyProtocol()).isEqualTo(ProxyProtocol.OFF);
    }

    @Test
    void secretIsTheBundleServerAndIsReloaded(@TempDir Path secret) throws Exception {
        X509Bundle certificate = new CertificateBuilder()
                .ecp256()
                .subject("CN=echo.example.com")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Files.writeString(secret.resolve("tls.crt"), certificate.getCertificatePathPEM());
        Files.writeString(secret.resolve("tls.key"), certificate.getPrivateKeyPEM());
        Files.writeString(secret.resolve("ca.crt"), certificate.getCertificatePEM());
        String applicationYml = Chart.with(TLS).applicationYml().replace("/etc/tcp-echo/tls", secret.toString());
        run(applicationYml, SslAutoConfiguration.class, context -> {
            SslStoreBundle stores =
                    context.getBean(SslBundles.class).getBundle("server").getStores();
            assertThat(stores.getKeyStore()).isNotNull();
            assertThat(stores.getTrustStore()).isNotNull();
            assertThat(context.getEnvironment()
                            .getProperty("spring.ssl.bundle.pem.server.reload-on-update", Boolean.class))
                    .isTrue();
        });
    }

    @Test
    void secretNeedsNoAuthorityWithoutClientCertificates() {
        assertThat(Chart.with("tls: {secretName: certificate}").applicationYml())
                .contains("tls.crt", "tls.key")
                .doesNotContain("ca.crt");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    delay: 5s                           | 30
                    delay: 0s                           | 25
                    delay: 0                            | 25
                    {delay: 1500ms, timeout: 600ms}     |  8
                    {delay: 1500ms, timeout: 500ms}     |  7
                    {delay: 1m, timeout: 2h}            | 7265
                    {delay: 0ms, timeout: 1d}           | 86405
                    """)
    void graceCoversDelayTimeoutLingeringAndTheJvm(String drain, int seconds) {
        for (String preStop : List.of("preStop: {enabled: false}", "preStop: {enabled: true}")) {
            assertThat(Chart.with("echo: {drain: {%s}}".formatted(drain.replaceAll("[{}]", "")), preStop)
                            .deployment()
                            .<Integer>read("$.spec.template.spec.terminationGracePeriodSeconds"))
                    .isEqualTo(seconds);
        }
    }

    @Test
    void delayIsNotWaitedForTwice() {
        EchoProperties properties = bind(Chart.with("preStop: {enabled: true}", "echo: {drain: {delay: 7s}}")
                .applicationYml());
        assertThat(properties.drain().delay()).isZero();
        assertThat(properties.drain().timeout()).isEqualTo(Duration.ofSeconds(20));
    }

    /**
     * The README's 128 KiB for each connection, 512 KiB with TLS, and 16 MiB; a heap of 32 MiB and 16 KiB for each
     * connection; and an overhead of 96 MiB.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    1000    | ''     | 141  | 48  | 285
                    1       | ''     | 17   | 33  | 146
                    8       | ''     | 17   | 33  | 146
                    9       | ''     | 18   | 33  | 147
                    10000   | ''     | 1266 | 189 | 1551
                    1000    | server | 516  | 48  | 660
                    1       | server | 17   | 33  | 146
                    """)
    void memoryIsThatOfTheConnections(int connections, String bundle, int direct, int heap, int limit) {
        DocumentContext deployment = Chart.with("tls: {secretName: certificate}", """
                echo:
                  limits: {connections: %s}
                  listeners: {other: {port: 25399, ssl: {bundle: "%s"}}}
                """.formatted(connections, bundle))
                .deployment();
        assertThat(deployment.<String>read(CONTAINER + "env[0].name")).isEqualTo("JDK_JAVA_OPTIONS");
        assertThat(deployment.<String>read(CONTAINER + "env[0].value"))
                .isEqualTo("-XX:MaxDirectMemorySize=%sm -Xmx%sm -XX:ActiveProcessorCount=2".formatted(direct, heap));
        assertThat(deployment.<Object>read(CONTAINER + "resources"))
                .isEqualTo(Map.of(
                        "requests", Map.of("cpu", "100m", "memory", limit + "Mi"),
                        "limits", Map.of("memory", limit + "Mi")));
    }

    /** 8 MiB for each listener, 2 MiB for each processor. */
    @ParameterizedTest
    @CsvSource({"1, 153", "2, 161"})
    void memoryIsThatOfDatagramsToo(int listeners, int direct) {
        String datagrams = IntStream.range(0, listeners)
                .mapToObj("u%1$s: {protocol: udp, address: localhost, port: 3000%1$s}"::formatted)
                .collect(Collectors.joining(", "));
        DocumentContext deployment = Chart.with("echo: {listeners: {plain: {}, %s}}".formatted(datagrams))
                .deployment();
        assertThat(deployment.<String>read(CONTAINER + "env[0].value"))
                .startsWith("-XX:MaxDirectMemorySize=%sm ".formatted(direct));
        assertThat(deployment.<String>read(CONTAINER + "resources.limits.memory"))
                .isEqualTo(direct + 144 + "Mi");
    }

    @Test
    void heapOverheadProcessorsAndFlagsOfTheJvmCanBeChanged() {
        DocumentContext deployment = Chart.with(
                        "jvm: {heap: 1Gi, overhead: 200Mi, processors: 4, options: [-Xlog:gc, -Xss512k]}")
                .deployment();
        assertThat(deployment.<String>read(CONTAINER + "env[0].value"))
                .isEqualTo("-XX:MaxDirectMemorySize=141m -Xmx1024m -XX:ActiveProcessorCount=4 -Xlog:gc -Xss512k");
        assertThat(deployment.<String>read(CONTAINER + "resources.limits.memory"))
                .isEqualTo("1365Mi");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    limits: {memory: 285Mi}                                    | 285Mi | 285Mi
                    limits: {memory: 1Gi}                                      | 1Gi   | 1Gi
                    {limits: {memory: 1Gi}, requests: {memory: 512Mi}}         | 1Gi   | 512Mi
                    requests: {memory: 200Mi}                                  | 285Mi | 200Mi
                    """)
    void memoryCanBeGivenWhereItSuffices(String resources, String limit, String request) {
        Map<String, Map<String, Object>> rendered = Chart.with(
                        resources.startsWith("{") ? "resources: " + resources : "resources: {" + resources + "}")
                .deployment()
                .read(CONTAINER + "resources");
        assertThat(rendered.get("limits")).containsEntry("memory", limit);
        assertThat(rendered.get("requests")).containsEntry("memory", request).containsEntry("cpu", "100m");
    }

    @Test
    void managementPortIsTheServicesOwn() {
        assertThat(Chart.with().applicationYml()).doesNotContain("management:");
    }

    @ParameterizedTest
    @CsvSource({"read-only, read-only, ", "unrestricted, unrestricted, unrestricted"})
    void behavioursEndpointIsExposedBesideTheServicesOwn(String access, String maxPermitted, String ofTheEndpoint)
            throws Exception {
        String exposed = "management.endpoints.web.exposure.include";
        PropertySource<?> service = new YamlPropertySourceLoader()
                .load("service", new ClassPathResource("application.yml"))
                .get(0);
        String yaml =
                Chart.with("behavioursEndpoint: {access: %s}".formatted(access)).applicationYml();
        // Above the service's own, as a file in the directory of the configuration is.
        new ApplicationContextRunner()
                .withInitializer(
                        context -> context.getEnvironment().getPropertySources().addLast(service))
                .withInitializer(context -> addFirst(yaml, context))
                .run(context -> {
                    Environment environment = context.getEnvironment();
                    assertThat(environment.getProperty(exposed))
                            .isEqualTo(service.getProperty(exposed) + ", behaviours");
                    assertThat(environment.getProperty("management.endpoints.access.max-permitted"))
                            .isEqualTo(maxPermitted);
                    assertThat(environment.getProperty("management.endpoint.behaviours.access"))
                            .isEqualTo(ofTheEndpoint);
                });
    }

    private static BehaviourProperties behaviours(String behaviours) {
        EchoProperties properties =
                bind(Chart.with("echo:\n  listeners:\n    plain:\n      behaviours:\n" + behaviours.indent(8))
                        .applicationYml());
        return properties.listeners().get("plain").behaviours();
    }

    private static EchoProperties bind(String applicationYml) {
        EchoProperties[] bound = new EchoProperties[1];
        run(applicationYml, Properties.class, context -> bound[0] = context.getBean(EchoProperties.class));
        return bound[0];
    }

    private static void run(
            String applicationYml, Class<?> configuration, Consumer<AssertableApplicationContext> consumer) {
        new ApplicationContextRunner()
                .withUserConfiguration(configuration)
                .withInitializer(context -> addFirst(applicationYml, context))
                .run(context -> consumer.accept(context));
    }

    private static void addFirst(String applicationYml, ConfigurableApplicationContext context) {
        try {
            new YamlPropertySourceLoader()
                    .load("application.yml", new ByteArrayResource(applicationYml.getBytes(StandardCharsets.UTF_8)))
                    .forEach(context.getEnvironment().getPropertySources()::addFirst);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(EchoProperties.class)
    @Import(BehaviourShortForms.class)
    static class Properties {}
}
