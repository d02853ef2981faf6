package dev.tcpecho.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import com.example.ShoutConfiguration;
import dev.tcpecho.EchoConfigurationException;
import dev.tcpecho.server.EchoClient;
import dev.tcpecho.server.EchoServer;
import dev.tcpecho.server.RunningEcho;
import dev.tcpecho.testing.RunningService;
import dev.tcpecho.transport.TransportChoice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import reactor.core.publisher.Flux;

/**
 * What a team adds: a bean of the type {@link Behaviour}. The configurations here have no annotation by which the whole
 * service would find them when its own tests start it.
 */
@ExtendWith(OutputCaptureExtension.class)
class BehaviourBeanTests {

    private static RunningEcho start(Class<?> configuration, String... properties) {
        return RunningEcho.start(TransportChoice.AUTO.resolve(), configuration, properties);
    }

    private static String echo(InetSocketAddress address, String text) throws Exception {
        try (EchoClient client = EchoClient.connect(address)) {
            client.send(text.getBytes(StandardCharsets.UTF_8));
            client.halfClose();
            return new String(client.readToEnd(), StandardCharsets.UTF_8);
        }
    }

    private static InetSocketAddress address(RunningEcho echo, String listener) {
        int port = echo.bean(EchoServer.class).addresses().get(listener).getPort();
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @Test
    void theExampleOfTheDocsIsThisOneAndShapesEveryConnection() throws Exception {
        assertThat(Files.readString(Path.of("docs/behaviours.md")))
                .contains(Files.readString(Path.of("src/test/java/com/example/ShoutConfiguration.java")));
        try (RunningEcho echo = start(ShoutConfiguration.class)) {
            assertThat(echo(echo.address(), "hello")).isEqualTo("HELLO");
            assertThat(echo.registry()
                            .get("echo.behaviour.acts")
                            .tag("behaviour", "shout")
                            .functionCounter()
                            .count())
                    .isEqualTo(1);
        }
    }

    @Test
    void aListenerNamesTheBeansThatItWants() throws Exception {
        try (RunningEcho echo = start(
                ShoutConfiguration.class,
                "echo.listeners.quiet.port=0",
                "echo.listeners.quiet.behaviours.beans=",
                "echo.listeners.loud.port=0",
                "echo.listeners.loud.behaviours.beans=shout")) {
            assertThat(echo(address(echo, "plain"), "hello")).isEqualTo("HELLO");
            assertThat(echo(address(echo, "quiet"), "hello")).isEqualTo("hello");
            assertThat(echo(address(echo, "loud"), "hello")).isEqualTo("HELLO");
        }
    }

    @Test
    void beansComeInTheirOrderAndBeforeTheBehavioursOfTheConfiguration() throws Exception {
        try (RunningEcho echo = start(Ordered.class, "echo.listeners.plain.behaviours.close-after=8B")) {
            assertThat(echo(echo.address(), "abc")).isEqualTo("abc12");
        }
    }

    static class Ordered {

        @Bean
        @Order(2)
        Behaviour second() {
            return (stream, context) -> stream.concatWith(Flux.just(buffer("2345")));
        }

        @Bean
        @Order(1)
        Behaviour first() {
            return (stream, context) -> stream.concatWith(Flux.just(buffer("1")));
        }

        private static ByteBuf buffer(String text) {
            return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
        }
    }

    /** As Reactor's operators of time do, unless they are told another scheduler. */
    @Test
    void aBeanMayLeaveTheEventLoop() throws Exception {
        byte[] payload = new byte[500_000];
        new SplittableRandom().nextBytes(payload);
        try (RunningEcho echo = start(Elsewhere.class);
                EchoClient client = EchoClient.connect(echo.address())) {
            CompletableFuture<Void> sent = client.sendAndHalfClose(payload, 50_000, new SplittableRandom());
            assertThat(Arrays.mismatch(client.readToEnd(), payload)).isEqualTo(-1);
            sent.join();
            await().untilAsserted(() -> assertThat(echo.closed("client")).isEqualTo(1));
        }
    }

    static class Elsewhere {

        @Bean
        Behaviour slow() {
            return (stream, context) -> stream.delayElements(Duration.ofMillis(1));
        }
    }

    @Test
    void aBeanThatCompletesTheStreamClosesTheConnection() throws Exception {
        try (RunningEcho echo = start(First.class);
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send(new byte[] {1});
            assertThat(client.readToEnd()).containsExactly(1);
            client.close();
            await().untilAsserted(() -> assertThat(echo.closed()).isEqualTo(1));
        }
    }

    static class First {

        @Bean
        Behaviour one() {
            return (stream, context) -> stream.take(1);
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {Broken.class, BrokenFromTheStart.class})
    void aBeanThatFailsResetsTheConnectionAndIsToldOnce(Class<?> configuration, CapturedOutput output)
            throws Exception {
        try (RunningEcho echo = start(configuration)) {
            for (int i = 1; i <= 3; i++) {
                try (EchoClient client = EchoClient.connect(echo.address())) {
                    assertThatIOException()
                            .isThrownBy(() -> {
                                client.send(new byte[] {1});
                                client.readToEnd();
                            })
                            .withMessageContaining("reset");
                }
                int failures = i;
                await().untilAsserted(() -> assertThat(echo.closed("error")).isEqualTo(failures));
            }
            assertThat(output)
                    .containsOnlyOnce("WARN")
                    .containsOnlyOnce("Echo behaviour failed on plain, and its connection was reset; others of the same"
                            + " set are only counted: [broken]")
                    .containsOnlyOnce("java.lang.IllegalStateException: it broke")
                    .doesNotContain("ERROR");
        }
    }

    static class Broken {

        @Bean
        Behaviour broken() {
            return (stream, context) -> stream.map(buffer -> {
                buffer.release();
                throw new IllegalStateException("it broke");
            });
        }
    }

    static class BrokenFromTheStart {

        @Bean
        Behaviour broken() {
            return (stream, context) -> {
                throw new IllegalStateException("it broke");
            };
        }
    }

    @Test
    void aBeanCannotHaveTheNameOfABehaviour() {
        assertThatExceptionOfType(BeanCreationException.class)
                .isThrownBy(() -> start(NamedDelay.class).close())
                .havingRootCause()
                .isInstanceOf(EchoConfigurationException.class)
                .withMessage(
                        "The bean 'delay' of the type Behaviour has the name of a behaviour of the configuration.");
    }

    static class NamedDelay {

        @Bean
        Behaviour delay() {
            return (stream, context) -> stream;
        }
    }

    @Test
    void beansAreToldByTheirNames(CapturedOutput output) throws Exception {
        try (RunningEcho echo = start(Ordered.class)) {
            assertThat(echo.bean(BehaviourRegistry.class)
                            .listeners()
                            .get("plain")
                            .state()
                            .behaviours())
                    .isEqualTo(Map.of("beans", List.of("first", "second")));
            assertThat(output).contains("Echo behaviours on plain: {beans=[first, second]} with seed ");
        }
    }

    /** As docs/behaviours.md says: the service looks for beans in its own packages only. */
    @Test
    void theServiceTakesAConfigurationThatIsNamed() throws Exception {
        try (RunningService service = RunningService.start("spring.main.sources=com.example.ShoutConfiguration")) {
            assertThat(echo(service.address(), "hello")).isEqualTo("HELLO");
        }
    }
}
