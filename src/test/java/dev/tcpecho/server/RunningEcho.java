package dev.tcpecho.server;

import dev.tcpecho.EchoProperties;
import dev.tcpecho.tls.ListenerTls;
import dev.tcpecho.transport.Transport;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import reactor.netty.tcp.TcpServer;

/** The echo without its management server, on a free port of every address. */
public final class RunningEcho implements AutoCloseable {

    private static final List<String> PLAIN = List.of("echo.listeners.plain.port=0");

    private final ConfigurableApplicationContext context;

    private RunningEcho(ConfigurableApplicationContext context) {
        this.context = context;
    }

    public static RunningEcho start(Transport transport, String... properties) {
        return start(transport, UnaryOperator.identity(), properties);
    }

    /** Starts it with the listeners that the properties name, and without {@code plain}. */
    public static RunningEcho startWithoutPlain(Transport transport, String... properties) {
        return start(transport, UnaryOperator.identity(), List.of(), List.of(), properties);
    }

    /** Starts it with beans of a configuration beside its own. */
    public static RunningEcho start(Transport transport, Class<?> configuration, String... properties) {
        return start(transport, UnaryOperator.identity(), List.of(configuration), PLAIN, properties);
    }

    /** Starts it with a server that is changed before its listeners open. */
    public static RunningEcho start(Transport transport, UnaryOperator<TcpServer> change, String... properties) {
        return start(transport, change, List.of(), PLAIN, properties);
    }

    private static RunningEcho start(
            Transport transport,
            UnaryOperator<TcpServer> change,
            List<Class<?>> more,
            List<String> defaults,
            String... properties) {
        return new RunningEcho(new SpringApplicationBuilder(TestConfiguration.class)
                .sources(more.toArray(Class<?>[]::new))
                .initializers(context -> context.getBeanFactory().addBeanPostProcessor(new BeanPostProcessor() {
                    @Override
                    public Object postProcessAfterInitialization(Object bean, String name) {
                        return (bean instanceof TcpServer server) ? change.apply(server) : bean;
                    }
                }))
                .web(WebApplicationType.NONE)
                .properties("echo.transport=" + transport)
                .properties(defaults.toArray(String[]::new))
                .run(Stream.of(properties).map(property -> "--" + property).toArray(String[]::new)));
    }

    public <T> T bean(Class<T> type) {
        return this.context.getBean(type);
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port());
    }

    public int port() {
        return bean(EchoServer.class).addresses().get("plain").getPort();
    }

    public long accepted(String listener) {
        return (long) registry()
                .get("echo.connections.accepted")
                .tag("listener", listener)
                .functionCounter()
                .count();
    }

    public long accepted() {
        return count("echo.connections.accepted");
    }

    public long closed(String reason) {
        return (long) registry()
                .get("echo.connections.closed")
                .tag("reason", reason)
                .functionCounter()
                .count();
    }

    public long closed() {
        return (long) registry().find("echo.connections.closed").functionCounters().stream()
                .mapToDouble(FunctionCounter::count)
                .sum();
    }

    public long rejected(String reason) {
        return (long) registry()
                .get("echo.connections.rejected")
                .tag("reason", reason)
                .functionCounter()
                .count();
    }

    public long handshakes(String outcome) {
        return registry()
                .get("echo.tls.handshake")
                .tag("outcome", outcome)
                .timer()
                .count();
    }

    public long active() {
        Gauge gauge = registry().get("echo.connections.active").gauge();
        return (long) gauge.value();
    }

    public long received() {
        return count("echo.received");
    }

    public long sent() {
        return count("echo.sent");
    }

    /** The bytes that were read from clients and are not with the kernel yet. */
    public long held() {
        long sent = sent();
        return received() - sent;
    }

    public MeterRegistry registry() {
        return bean(MeterRegistry.class);
    }

    private long count(String name) {
        return (long) registry().get(name).functionCounter().count();
    }

    @Override
    public void close() {
        this.context.close();
    }

    /** Without an annotation that would have the whole service find it when its own tests start it. */
    @EnableConfigurationProperties(EchoProperties.class)
    @ImportAutoConfiguration(SslAutoConfiguration.class)
    @Import(EchoServerConfiguration.class)
    @ComponentScan(basePackageClasses = ListenerTls.class)
    static class TestConfiguration {

        /** What the management server has: properties that restrict the access to endpoints. */
        @Bean
        EndpointAccessResolver endpointAccessResolver(Environment environment) {
            return (endpoint, access) ->
                    environment.getProperty("management.endpoint.%s.access".formatted(endpoint), Access.class, access);
        }

        @Bean
        MeterRegistry meterRegistry(ObjectProvider<MeterBinder> binders) {
            MeterRegistry registry = new SimpleMeterRegistry();
            binders.forEach(binder -> binder.bindTo(registry));
            return registry;
        }
    }
}
