package dev.tcpecho.server;

import static dev.tcpecho.testing.TestListeners.listener;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.ConnectionLimit;
import dev.tcpecho.EchoConfigurationException;
import dev.tcpecho.EchoProperties;
import dev.tcpecho.EchoProperties.Drain;
import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.server.RunningEcho.TestConfiguration;
import dev.tcpecho.transport.Transport;
import dev.tcpecho.transport.TransportChoice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.netty.channel.MessageSizeEstimator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import reactor.netty.tcp.TcpServer;

/** What the configuration makes, and how its properties bind. */
class EchoServerConfigurationTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withUserConfiguration(TestConfiguration.class);

    @Test
    void oneListenerWithEveryDefaultWhenNoneIsConfigured() {
        new ApplicationContextRunner()
                .withUserConfiguration(PropertiesOnly.class)
                .run(context -> {
                    EchoProperties properties = context.getBean(EchoProperties.class);
                    assertThat(properties.listeners()).isEqualTo(Map.of("plain", listener("::", 25341, 4096, false)));
                    assertThat(properties.transport()).isEqualTo(TransportChoice.AUTO);
                    assertThat(properties.drain().timeout()).isEqualTo(Duration.ofSeconds(20));
                });
    }

    @Test
    void listenersBindByNameAndReplaceTheDefault() {
        new ApplicationContextRunner()
                .withUserConfiguration(PropertiesOnly.class)
                .withPropertyValues(
                        "echo.listeners.a.port=7",
                        "echo.listeners.a.address=127.0.0.1",
                        "echo.listeners.a.backlog=1",
                        "echo.listeners.a.reuse-port=true",
                        "echo.listeners.b.port=8",
                        "echo.transport=io-uring",
                        "echo.drain.timeout=1m")
                .run(context -> assertThat(context.getBean(EchoProperties.class))
                        .isEqualTo(new EchoProperties(
                                TransportChoice.IO_URING,
                                Map.of(
                                        "a", listener("127.0.0.1", 7, 1, true),
                                        "b", listener("::", 8, 4096, false)),
                                new Limits(
                                        ConnectionLimit.valueOf("auto"),
                                        0,
                                        100_000,
                                        1000,
                                        Duration.ofMinutes(5),
                                        Duration.ZERO,
                                        List.of(),
                                        List.of()),
                                new Drain(Duration.ZERO, Duration.ofSeconds(1), Duration.ofMinutes(1)))));
    }

    @Test
    void bindsEveryListenerFromTheOneTcpServer() {
        this.runner
                .withPropertyValues("echo.listeners.a.port=0", "echo.listeners.b.port=0")
                .run(context -> {
                    assertThat(context).hasSingleBean(TcpServer.class);
                    assertThat(context.getBean(EchoServer.class).addresses()).containsOnlyKeys("a", "b");
                });
    }

    @Test
    void connectionsHalfCloseAndNeverRunOutOfWriteTurns() {
        this.runner.withPropertyValues("echo.listeners.plain.port=0").run(context -> {
            Map<ChannelOption<?>, ?> options =
                    context.getBean(TcpServer.class).configuration().childOptions();
            assertThat(options.get(ChannelOption.ALLOW_HALF_CLOSURE)).isEqualTo(true);
            assertThat(options.get(ChannelOption.SO_KEEPALIVE)).isEqualTo(true);
            // With 1 and with 2 turns epoll breaks streams off; each turn takes a byte, and 512 KiB is the most held.
            assertThat((Integer) options.get(ChannelOption.WRITE_SPIN_COUNT)).isGreaterThan(512 * 1024);
        });
    }

    @Test
    void aBufferCountsAsWhatItHoldsAndNotAsWhatItIsFilledWith() {
        this.runner.withPropertyValues("echo.listeners.plain.port=0").run(context -> {
            MessageSizeEstimator estimator = (MessageSizeEstimator) context.getBean(TcpServer.class)
                    .configuration()
                    .childOptions()
                    .get(ChannelOption.MESSAGE_SIZE_ESTIMATOR);
            ByteBuf buffer = Unpooled.buffer(65_536).writeByte(1);
            assertThat(estimator.newHandle().size(buffer)).isEqualTo(65_536);
        });
    }

    @Test
    void autoTakesEpollWhereItCanBeUsed() {
        Transport expected = (Transport.EPOLL.unavailabilityCause() == null) ? Transport.EPOLL : Transport.NIO;
        this.runner
                .withPropertyValues("echo.listeners.plain.port=0")
                .run(context -> assertThat(context.getBean(Transport.class)).isEqualTo(expected));
    }

    @Test
    void nioCanAlwaysBeUsed() {
        assertThat(TransportChoice.NIO.resolve()).isEqualTo(Transport.NIO);
        assertThat(Transport.NIO.unavailabilityCause()).isNull();
    }

    @Test
    void duplicatePortsAreRefusedBeforeAnyIsOpen() {
        this.runner
                .withPropertyValues("echo.listeners.a.port=7", "echo.listeners.b.port=7")
                .run(context ->
                        assertThat(context).getFailure().rootCause().isInstanceOf(EchoConfigurationException.class));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(EchoProperties.class)
    static class PropertiesOnly {}
}
