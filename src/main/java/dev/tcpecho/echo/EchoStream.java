package dev.tcpecho.echo;

import io.netty.buffer.ByteBuf;
import reactor.core.publisher.Flux;

/** What becomes of a connection's stream between the read and the write. */
@FunctionalInterface
public interface EchoStream {

    /**
     * Returns what is sent back.
     *
     * @param received the client's bytes; each buffer belongs to whoever receives it
     * @param connection the connection
     * @return the echo; its subscriber, on the connection's event loop, asks for everything and owns each buffer
     */
    Flux<ByteBuf> apply(Flux<ByteBuf> received, EchoConnection connection);
}
