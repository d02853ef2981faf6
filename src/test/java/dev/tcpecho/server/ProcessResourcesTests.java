package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.BehaviourProperties;
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

    private static EchoProperties properties(int connections, String bundle) {
        Listener listener = new Listener(
                Protocol.TCP,
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
        return new EchoProperties(
                TransportChoice.AUTO,
                Map.of("plain", listener),
                new Limits(connections, 0, 100_000, 1000, Duration.ZERO, Duration.ZERO, List.of(), List.of()),
                new Drain(Duration.ZERO, Duration.ZERO, Duration.ZERO));
    }

    @Test
    void nothingIsToldWhenEverythingSuffices() {
        assertThat(new ProcessResources(1040, 125 * MIB).shortages(properties(1000, "")))
                .isEmpty();
    }

    @Test
    void fileDescriptors() {
        assertThat(new ProcessResources(168, 125 * MIB).shortages(properties(1000, "")))
                .containsExactly(
                        "echo.limits.connections is 1000, but this process can open only 128 connections:"
                                + " raise its limit of open files (ulimit -n, LimitNOFILE) by 872 or more, or lower the property");
    }

    /** As many as are told at the start are served: the others are refused, so that health checks are answered. */
    @ParameterizedTest
    @CsvSource({"1000, 1040, 1000", "1000, 1039, 999", "1000, 101, 61", "10, 101, 10", "1000, 23, 12", "1000, 0, 1"})
    void connectionsLeaveDescriptorsForTheManagementPort(int wanted, long free, int connections) {
        assertThat(new ProcessResources(free, 125 * MIB).connections(wanted)).isEqualTo(connections);
    }

    @Test
    void directMemory() {
        assertThat(new ProcessResources(5000, 125 * MIB - 1).shortages(properties(1000, "")))
                .containsExactly(
                        "echo.limits.connections is 1000, and so many clients that do not read can make the service"
                                + " hold 125 MiB, but its direct memory is limited to 124 MiB:"
                                + " raise -XX:MaxDirectMemorySize or lower the property");
    }

    @Test
    void aConnectionWithTlsHoldsFourTimesAsMuch() {
        assertThat(new ProcessResources(5000, 500 * MIB).shortages(properties(1000, "tls")))
                .isEmpty();
        assertThat(new ProcessResources(5000, 500 * MIB - 1).shortages(properties(1000, "tls")))
                .hasSize(1);
    }

    @Test
    void theLimitsOfThisProcessAreKnown() {
        assertThat(ProcessResources.current().freeDescriptors()).isBetween(1L, 1L << 31);
        assertThat(ProcessResources.current().directMemory()).isPositive();
    }
}
