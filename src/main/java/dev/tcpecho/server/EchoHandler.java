package dev.tcpecho.server;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import reactor.netty.NettyInbound;
import reactor.netty.NettyOutbound;

/** Starts the {@link Echo} of each connection that has passed the {@link Entrance} of the listener that accepted it. */
final class EchoHandler implements BiFunction<NettyInbound, NettyOutbound, Publisher<Void>> {

    /** On a listening channel: what its connections pass. */
    static final AttributeKey<Entrance> ENTRANCE = AttributeKey.valueOf("echo.entrance");

    @Override
    public Publisher<Void> apply(NettyInbound inbound, NettyOutbound outbound) {
        return subscriber -> inbound.withConnection(connection -> {
            Channel channel = connection.channel();
            Entrance entrance = channel.parent().attr(ENTRANCE).get();
            inbound.receiveObject()
                    .subscribe(new Echo(channel, entrance.metrics(), entrance.newTimeLimits(channel), subscriber));
        });
    }
}
