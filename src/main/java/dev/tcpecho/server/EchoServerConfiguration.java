package dev.tcpecho.server;

import dev.tcpecho.EchoProperties;
import dev.tcpecho.IneffectiveProperties;
import dev.tcpecho.ListenerRules;
import dev.tcpecho.behaviour.Behaviour;
import dev.tcpecho.behaviour.BehaviourRegistry;
import dev.tcpecho.channel.BoundedReceiveBuffers;
import dev.tcpecho.datagram.DatagramReads;
import dev.tcpecho.echo.EchoHandler;
import dev.tcpecho.echo.HeldBytes;
import dev.tcpecho.transport.Transport;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import reactor.core.scheduler.Schedulers;
import reactor.netty.tcp.TcpServer;
import reactor.netty.udp.UdpServer;

/** Assembles the echo: a transport, its event loops, the TCP server that they run, and the listeners that it opens. */
@Configuration(proxyBeanMethods = false)
class EchoServerConfiguration {

    private static final Log logger = LogFactory.getLog(EchoServerConfiguration.class);

    /** More than the bytes held for any connection, of which each turn of a write loop takes one at least. */
    private static final int MORE_TURNS_THAN_BYTES = 1 << 20;

    /** As many as Netty's allocators for a single socket. */
    private static final int READS_IN_A_ROW = 16;

    /** What the kernel keeps of datagrams that wait to be read, in bytes: some thousands of small ones. */
    private static final int RECEIVE_BUFFER = 4 * 1024 * 1024;

    /** The endpoint that switches behaviours, where its access is not restricted. */
    private static final EndpointId BEHAVIOURS = EndpointId.of("behaviours");

    private static final WriteBufferWaterMark WATER_MARKS =
            new WriteBufferWaterMark(HeldBytes.LOW_WATER_MARK, HeldBytes.HIGH_WATER_MARK);

    @Bean
    Transport echoTransport(EchoProperties properties) {
        return properties.transport().resolve();
    }

    @Bean(destroyMethod = "shutdownGracefully")
    EventLoopGroup echoEventLoops(Transport transport, BehaviourRegistry behaviours) {
        return transport.newEventLoopGroup(behaviours.isUsed());
    }

    @Bean
    TcpServer echoTcpServer(EventLoopGroup echoEventLoops, Transport transport) {
        return TcpServer.create()
                .runOn(echoEventLoops)
                // The end of a client's stream is not the end of what it is owed.
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                // A client that vanished while nothing was owed to it: the kernel asks, after 2 hours by default.
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                // Netty's epoll gives up waiting for a full socket when a write loop runs out of turns: it never does.
                .childOption(ChannelOption.WRITE_SPIN_COUNT, MORE_TURNS_THAN_BYTES)
                // One factory of size guesses for all, where Netty has one for each connection.
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(READS_IN_A_ROW))
                // A full buffer does not yet stop reading: what comes right behind it is sent with it.
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS)
                // What is held is the buffer, however little of it was filled.
                .childOption(ChannelOption.MESSAGE_SIZE_ESTIMATOR, () -> EchoServerConfiguration::heldBytes)
                .doOnChannelInit((observer, channel, remoteAddress) -> {
                    BoundedReceiveBuffers.install(channel);
                    transport.keepUrgentBytesInline(channel);
                })
                .handle(new EchoHandler());
    }

    @Bean
    UdpServer echoUdpServer(EventLoopGroup echoEventLoops, Transport transport) {
        return DatagramReads.configure(
                UdpServer.create()
                        // Unlike TcpServer, it would ask reactor.netty.native for the kind of channel.
                        .runOn(preferNative -> echoEventLoops, true)
                        // The kernel gives no more than net.core.rmem_max.
                        .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER),
                transport);
    }

    private static int heldBytes(Object message) {
        return (message instanceof ByteBuf buffer) ? HeldBytes.sizeInChannel(buffer) : 0;
    }

    @Bean
    BehaviourRegistry echoBehaviours(
            EchoProperties properties,
            ListableBeanFactory beans,
            ObjectProvider<EndpointAccessResolver> access,
            MeterRegistry registry) {
        ListenerRules.check(properties);
        boolean switchable = access.stream()
                .anyMatch(resolver -> resolver.accessFor(BEHAVIOURS, Access.READ_ONLY) == Access.UNRESTRICTED);
        return new BehaviourRegistry(
                properties, behaviourBeans(beans), switchable, registry, Schedulers.boundedElastic());
    }

    private static Map<String, Behaviour> behaviourBeans(ListableBeanFactory beans) {
        IdentityHashMap<Behaviour, String> names = new IdentityHashMap<>();
        beans.getBeansOfType(Behaviour.class).forEach((name, behaviour) -> names.put(behaviour, name));
        Map<String, Behaviour> ordered = new LinkedHashMap<>();
        beans.getBeanProvider(Behaviour.class)
                .orderedStream()
                .forEach(behaviour -> ordered.put(Objects.requireNonNull(names.get(behaviour)), behaviour));
        return ordered;
    }

    @Bean
    EchoServer echoServer(
            TcpServer echoTcpServer,
            UdpServer echoUdpServer,
            EventLoopGroup echoEventLoops,
            Transport transport,
            EchoProperties properties,
            BehaviourRegistry behaviours,
            SslBundles bundles,
            MeterRegistry registry,
            Environment environment) {
        IneffectiveProperties.describe(properties, bundles.getBundleNames(), environment)
                .forEach(logger::warn);
        return new EchoServer(
                echoTcpServer,
                echoUdpServer,
                echoEventLoops,
                transport,
                properties,
                behaviours.listeners(),
                bundles,
                registry,
                environment);
    }
}
