package dev.tcpecho.behaviour;

import dev.tcpecho.BehaviourProperties;
import dev.tcpecho.BehaviourProperties.Mode;
import dev.tcpecho.BehaviourProperties.Refuse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** The behaviours of one listener that are in force together, in the order in which they shape a stream. */
final class BehaviourSet {

    private final BehaviourProperties properties;

    private final Draws draws;

    private final DatagramFaults datagrams;

    private final List<Member> members = new ArrayList<>();

    private final AtomicBoolean failed = new AtomicBoolean();

    BehaviourSet(
            String listener,
            BehaviourProperties properties,
            long seed,
            Map<String, Behaviour> beans,
            Greeting.Host host) {
        this.properties = properties;
        this.draws = new Draws(seed, listener);
        this.datagrams = new DatagramFaults(properties, this.draws);
        beans.forEach((name, bean) -> {
            if (properties.beans().contains("*") || properties.beans().contains(name)) {
                this.members.add(new Member(name, 1, bean, true));
            }
        });
        if (properties.corrupt() != null) {
            add(Corrupt.NAME, properties.corrupt().probability(), new Corrupt(properties.corrupt()));
        }
        if (properties.delay() != null) {
            add(Delay.NAME, properties.delay().probability(), new Delay(properties.delay()));
        }
        if (properties.rate() != null) {
            add(Rate.NAME, properties.rate().probability(), new Rate(properties.rate()));
        }
        if (properties.chunk() != null) {
            add(Chunk.NAME, properties.chunk().probability(), new Chunk(properties.chunk()));
        }
        if (properties.stallAfter() != null) {
            add(StallAfter.NAME, properties.stallAfter().probability(), new StallAfter(properties.stallAfter()));
        }
        if (properties.greeting() != null) {
            add(Greeting.NAME, properties.greeting().probability(), new Greeting(properties.greeting(), host));
        }
        if (properties.closeAfter() != null) {
            add(EndAfter.CLOSE, properties.closeAfter().probability(), EndAfter.close(properties.closeAfter()));
        }
        if (properties.resetAfter() != null) {
            add(EndAfter.RESET, properties.resetAfter().probability(), EndAfter.reset(properties.resetAfter()));
        }
    }

    private void add(String name, double probability, Behaviour behaviour) {
        this.members.add(new Member(name, probability, behaviour, false));
    }

    Draws draws() {
        return this.draws;
    }

    DatagramFaults datagrams() {
        return this.datagrams;
    }

    /** Tells whether no stream or datagram is shaped and no connection refused. */
    boolean isEmpty() {
        return this.members.isEmpty() && this.properties.refuse() == null && this.properties.loss() == null;
    }

    /** Returns the members that are drawn for one connection; a greeting only where its stream begins. */
    List<Member> drawFor(long connection, boolean begins) {
        return this.members.stream()
                .filter(member -> begins || !(member.behaviour instanceof Greeting))
                .filter(member -> this.draws.isAmong(member.probability, connection, member.name))
                .toList();
    }

    /** Tells whether one connection is reset right after it was accepted. */
    boolean refuses(long connection) {
        Refuse refuse = this.properties.refuse();
        return refuse != null
                && refuse.mode() == Mode.RESET
                && this.draws.isAmong(refuse.share(), connection, BehaviourSets.REFUSE);
    }

    /** Tells whether the listener's port is closed. */
    boolean closesPort() {
        Refuse refuse = this.properties.refuse();
        return refuse != null && refuse.mode() == Mode.CLOSE_PORT;
    }

    /** Returns the settings, and the seed that gives the same faults again. */
    @Override
    public String toString() {
        return isEmpty() ? "none" : "%s with seed %s".formatted(describe(), this.draws.seed());
    }

    /** Returns the settings as they are written in the configuration, with the beans by their names. */
    Map<String, Object> describe() {
        return BehaviourDescription.of(
                this.properties,
                this.members.stream().filter(Member::isBean).map(Member::name).toList());
    }

    /** Tells once that a behaviour of the set has failed. */
    boolean isFirstFailure() {
        return this.failed.compareAndSet(false, true);
    }

    /**
     * A behaviour of the set.
     *
     * @param name what counts it
     * @param probability the share of connections that it is drawn for
     * @param behaviour what it does
     * @param isBean whether it is a bean, which may leave the connection's event loop
     */
    record Member(String name, double probability, Behaviour behaviour, boolean isBean) {}
}
