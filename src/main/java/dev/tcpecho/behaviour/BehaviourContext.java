package dev.tcpecho.behaviour;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.random.RandomGenerator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What a {@link Behaviour} knows of the connection that it shapes, and how it waits. */
public interface BehaviourContext {

    /**
     * Returns the name of the listener.
     *
     * @return the name in the configuration
     */
    String listener();

    /**
     * Returns which connection of its listener this is.
     *
     * @return 1 for the first one since the start
     */
    long connection();

    /**
     * Returns the channel of the connection, to look at.
     *
     * @return the channel
     */
    Channel channel();

    /**
     * Returns where buffers come from.
     *
     * @return the connection's allocator
     */
    ByteBufAllocator alloc();

    /**
     * Returns how long the connection has been open.
     *
     * @return the time since it was admitted
     */
    Duration age();

    /**
     * Returns the time, to be compared with itself and {@link #until(long)}.
     *
     * @return nanoseconds since any moment
     */
    long nanoTime();

    /**
     * Waits on the connection's event loop. A wait ends early when the behaviours are replaced.
     *
     * @param nanoTime the {@link #nanoTime()} until which to wait
     * @return completes then; at once if the time has passed
     */
    Mono<Void> until(long nanoTime);

    /**
     * Waits for the behaviours to be replaced. What they hold goes out then.
     *
     * @return completes when other behaviours have been put into their place
     */
    Mono<Void> replaced();

    /**
     * Tells what arrives from the client, before any behaviour holds it.
     *
     * @return the number of bytes of each buffer
     */
    Flux<Integer> arrivals();

    /**
     * Returns random numbers that depend on nothing but the seed, the listener, the connection's number and a purpose.
     *
     * @param purpose what they are for
     * @return a new sequence
     */
    RandomGenerator random(String purpose);

    /**
     * Counts that a behaviour did something.
     *
     * @param behaviour its name: that of a property, or of a bean
     * @param times how often, 0 or more
     * @throws IllegalArgumentException if there is no such behaviour
     */
    void acted(String behaviour, long times);

    /**
     * Tells that nothing of what is held is sure to come, until the behaviours are replaced: idle time runs, and a stop
     * does not wait.
     */
    void stalled();

    /** Lets the connection end as the doing of a behaviour when its stream completes. */
    void ending();

    /** Closes the connection with a FIN now, behind what has been written. */
    void close();

    /** Closes the connection with a RST now. */
    void reset();
}
