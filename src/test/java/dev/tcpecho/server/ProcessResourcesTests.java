package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.BehaviourProperties;
import dev.tcpecho.ConnectionLimit;
import dev.tcpecho.EchoProperties;
import dev.tcpecho.EchoProperties.Drain;
import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.EchoProperties.Listener;
import dev.tcpecho.EchoProperties.Protocol;
import dev.tcpecho.EchoProperties.ProxyProtocol;
import dev.tcpecho.EchoProperties.Ssl;
import dev.tcpecho.transport.TransportChoice;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.web.server.Ssl.ClientAuth;

/** What is told at start when the connections that are allowed cannot be had. */
class ProcessResourcesTests {

    private static final long MIB = 1024 * 1024;

    private static ProcessResources resources(long freeDescriptors, long directMemory) {
        return new ProcessResources(freeDescriptors, directMemory, 2);
    }

    private static EchoProperties properties(String connections, String bundle) {
        return properties(connections, Map.of("plain", listener(Protocol.TCP, bundle)));
    }

    private static EchoProperties properties(String connections, Map<String, Listener> listeners) {
        return new EchoProperties(
                TransportChoice.AUTO,
                listeners,
                new Limits(
                        ConnectionLimit.valueOf(connections),
                        0,
                        100_000,
                        1000,
                        Duration.ZERO,
                        Duration.ZERO,
                        List.of(),
                        List.of()),
                new Drain(Duration.ZERO, Duration.ZERO, Duration.ZERO));
    }

    private static Listener listener(Protocol protocol, String bundle) {
        return new Listener(
                protocol,
                "::",
                0,
                "",
                "rw-rw----",
                "",
                1,
                false,
                new Ssl(bundle, ClientAuth.NONE),
                ProxyProtocol.OFF,
                List.of(),
                BehaviourProperties.NONE);
    }

    @Test
    void nothingIsToldWhenEverythingSuffices() {
        assertThat(resources(1040, 125 * MIB).shortages(properties("1000", ""))).isEmpty();
    }

    @Test
    void fileDescriptors() {
        assertThat(resources(168, 125 * MIB).shortages(properties("1000", "")))
                .containsExactly(
                        "echo.limits.connections is 1000, but this process can open only 128 connections:"
                                + " raise its limit of open files (ulimit -n, LimitNOFILE) by 872 or more, or lower the property");
    }

    /** As many as are told at the start are served: the others are refused, so that health checks are answered. */
    @ParameterizedTest
    @CsvSource({"1000, 1040, 1000", "1000, 1039, 999", "1000, 101, 61", "10, 101, 10", "1000, 23, 12", "1000, 0, 1"})
    void connectionsLeaveDescriptorsForTheManagementPort(String wanted, long free, int connections) {
        assertThat(resources(free, 125 * MIB).connections(properties(wanted, "")))
                .isEqualTo(connections);
    }

    @Test
    void datagramsOnEveryAddressKeepDescriptorsBackForSocketsToCome() {
        EchoProperties properties =
                properties("1000", Map.of("a", listener(Protocol.TCP, ""), "b", listener(Protocol.UDP, "")));
        assertThat(resources(1296, 200 * MIB).connections(properties)).isEqualTo(1000);
        assertThat(resources(1295, 200 * MIB).connections(properties)).isEqualTo(999);
    }

    @Test
    void directMemory() {
        assertThat(resources(5000, 125 * MIB - 1).shortages(properties("1000", "")))
                .containsExactly(
                        "echo.limits.connections is 1000, and so many clients that do not read can make the service"
                                + " hold 125 MiB, but its direct memory is limited to 124 MiB:"
                                + " raise -XX:MaxDirectMemorySize, or lower the property or set it to auto");
    }

    @Test
    void aConnectionWithTlsHoldsFourTimesAsMuch() {
        assertThat(resources(5000, 500 * MIB).shortages(properties("1000", "tls")))
                .isEmpty();
        assertThat(resources(5000, 500 * MIB - 1).shortages(properties("1000", "tls")))
                .hasSize(1);
    }

    @Test
    void datagramsTakeDirectMemoryToo() {
        EchoProperties properties =
                properties("1000", Map.of("a", listener(Protocol.TCP, ""), "b", listener(Protocol.UDP, "")));
        assertThat(resources(5000, 137 * MIB).shortages(properties)).isEmpty();
        assertThat(resources(5000, 137 * MIB - 1).shortages(properties)).hasSize(1);
    }

    /** Ten thousand, as many as the descriptors are for, or as many as never read and fit into direct memory. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                          | 20000 | 1250 | 10000 |
                          | 20000 |   62 |   496 | , by direct memory
                          | 1040  | 1250 |  1000 | , by the limit of open files
                          | 20000 |    0 |     1 | , by direct memory
                          | 0     | 1250 |     1 | , by the limit of open files
                    tls   | 20000 | 5000 | 10000 |
                    tls   | 20000 |   62 |   124 | , by direct memory
                    """)
    void autoIsWhatDescriptorsAndDirectMemoryAreFor(
            String bundle, long free, long mebibytes, int connections, String reason) {
        ProcessResources resources = resources(free, mebibytes * MIB);
        EchoProperties properties = properties("auto", (bundle == null) ? "" : bundle);
        assertThat(resources.connections(properties)).isEqualTo(connections);
        assertThat(resources.reasonForFewer(properties)).isEqualTo((reason == null) ? "" : reason);
        assertThat(resources.shortages(properties)).isEmpty();
    }

    @Test
    void autoLeavesMemoryForDatagrams() {
        EchoProperties properties =
                properties("auto", Map.of("a", listener(Protocol.TCP, ""), "b", listener(Protocol.UDP, "")));
        assertThat(resources(20_000, 62 * MIB).connections(properties)).isEqualTo(400);
    }

    @Test
    void theLimitsOfThisProcessAreKnown() {
        assertThat(ProcessResources.current().freeDescriptors()).isBetween(1L, 1L << 31);
        assertThat(ProcessResources.current().directMemory()).isPositive();
        assertThat(ProcessResources.current().eventLoops()).isPositive();
    }
}
