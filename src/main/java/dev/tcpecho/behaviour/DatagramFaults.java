package dev.tcpecho.behaviour;

import dev.tcpecho.BehaviourProperties;
import io.netty.buffer.ByteBuf;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The behaviours of a set that are for datagrams: loss, corrupt and delay. Each is drawn for each datagram. None makes
 * more or longer datagrams.
 */
final class DatagramFaults {

    static final String LOSS = "loss";

    private final BehaviourProperties properties;

    private final Draws draws;

    private final @Nullable Corrupt corrupt;

    private final @Nullable Delay delay;

    DatagramFaults(BehaviourProperties properties, Draws draws) {
        this.properties = properties;
        this.draws = draws;
        this.corrupt = (properties.corrupt() != null) ? new Corrupt(properties.corrupt()) : null;
        this.delay = (properties.delay() != null) ? new Delay(properties.delay()) : null;
    }

    /** Shapes a datagram, as {@link DatagramBehaviours#shape(ByteBuf)} says; tells what acted, and how often. */
    long shape(ByteBuf datagram, long number, ObjIntConsumer<String> acted) {
        BehaviourProperties.Loss loss = this.properties.loss();
        if (loss != null && this.draws.isAmong(loss.probability(), number, LOSS)) {
            acted.accept(LOSS, 1);
            return DatagramBehaviours.LOST;
        }
        BehaviourProperties.Corrupt flips = this.properties.corrupt();
        if (this.corrupt != null && flips != null && this.draws.isAmong(flips.probability(), number, Corrupt.NAME)) {
            acted.accept(Corrupt.NAME, this.corrupt.flipIn(datagram, this.draws.random(number, Corrupt.NAME)));
        }
        BehaviourProperties.Delay wait = this.properties.delay();
        if (this.delay != null && wait != null && this.draws.isAmong(wait.probability(), number, Delay.NAME)) {
            acted.accept(Delay.NAME, 1);
            return this.delay.draw(this.draws.random(number, Delay.NAME));
        }
        return 0;
    }
}
