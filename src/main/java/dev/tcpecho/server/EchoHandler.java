package dev.tcpecho.server;

import dev.tcpecho.metrics.ListenerMetrics;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import reactor.netty.NettyInbound;
import reactor.netty.NettyOutbound;

/** Starts the {@link Echo} of each connection, counted by the meters of the listener that accepted it. */
final class EchoHandler implements BiFunction<NettyInbound, NettyOutbound, Publisher<Void>> {

    /** On a listening channel: the meters of its connections. */
    static final AttributeKey<ListenerMetrics> METRICS = AttributeKey.valueOf("echo.metrics");

    @Override
    public Publisher<Void> apply(NettyInbound inbound, NettyOutbound outbound) {
        return subscriber -> inbound.withConnection(connection -> {
            Channel channel = connection.channel();
            ListenerMetrics metrics = channel.parent().attr(METRICS).get();
            new Echo(channel, metrics).of(inbound.receiveObject()).subscribe(subscriber);
        });
    }
}
