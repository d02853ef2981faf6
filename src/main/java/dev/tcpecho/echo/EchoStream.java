package dev.tcpecho.echo;

import io.netty.buffer.ByteBuf;
import reactor.core.publisher.Flux;

/** What becomes of a connection's stream between the read and the write. */
@FunctionalInterface
public interface EchoStream {

    /**
     * Returns what is sent back.
     *
     * @param received the client's bytes; each buffer is released when it has been passed on, and who keeps it retains
     *     it
     * @param connection the connection
     * @return the echo, with buffers that are released in the same way; its subscriber, on the connection's event loop,
     *     asks for everything
     */
    Flux<ByteBuf> apply(Flux<ByteBuf> received, EchoConnection connection);
}
