package dev.tcpecho.echo;

import io.netty.buffer.ByteBuf;
import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.netty.NettyInbound;
import reactor.netty.NettyOutbound;
import reactor.netty.tcp.TcpServer;

/**
 * Handler of a {@link TcpServer} that echoes each connection (RFC 862): what the client sends is a {@link Flux} that
 * completes when the client has ended its stream. It passes the {@link EchoStream} of the listener, which by default
 * changes nothing, and {@link EchoWriter} sends it back.
 */
public final class EchoHandler implements BiFunction<NettyInbound, NettyOutbound, Publisher<Void>> {

    /**
     * Echoes one connection.
     *
     * @param inbound the client's bytes; an {@link EchoOperations}
     * @param outbound the way back; the same object
     * @return completes when the kernel has taken the whole echo, and then the connection closes
     */
    @Override
    public Publisher<Void> apply(NettyInbound inbound, NettyOutbound outbound) {
        EchoOperations connection = (EchoOperations) inbound;
        Flux<ByteBuf> echo = connection.stream().apply(connection.received(), connection);
        return completion -> echo.subscribe(new EchoWriter(connection, completion));
    }
}
