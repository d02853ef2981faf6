package dev.tcpecho.behaviour;

import io.netty.buffer.ByteBuf;
import reactor.core.publisher.Flux;

/**
 * Shapes the stream of a connection on its way back to the client. A bean of this type is applied to every connection,
 * before the behaviours of the configuration; a listener may name the beans that it wants.
 *
 * <p>Everything happens on the connection's event loop, which must not be blocked. Memory that waits in an operator is
 * held for the client until it is released: so a client is pushed back, and no operator needs a bound of its own. A
 * buffer that a bean makes is held from the moment at which the bean passes it on.
 */
@FunctionalInterface
public interface Behaviour {

    /**
     * Shapes the stream of one connection. An operator that drops a buffer releases it, and one that delays the end of
     * the stream keeps the connection open.
     *
     * @param stream the client's bytes, each buffer of which belongs to whoever receives it; it completes when the
     *     client has ended its stream, or when the behaviours are replaced
     * @param context what is known of the connection, and its time
     * @return what goes on its way to the client; when it completes before its source, the connection is closed
     */
    Flux<ByteBuf> apply(Flux<ByteBuf> stream, BehaviourContext context);
}
