package dev.tcpecho.behaviour;

import dev.tcpecho.BehaviourProperties;
import dev.tcpecho.EchoConfigurationException;
import dev.tcpecho.EchoProperties.Listener;
import dev.tcpecho.echo.EchoConnection;
import dev.tcpecho.echo.EchoStream;
import dev.tcpecho.metrics.BehaviourMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.scheduler.Scheduler;

/**
 * The behaviours of one listener: those of the configuration, or those that were switched to at run time. Without any,
 * and where none may be switched to, a stream passes untouched.
 */
public final class ListenerBehaviours implements EchoStream, DatagramBehaviours {

    private static final Log logger = LogFactory.getLog(ListenerBehaviours.class);

    /** How often a connection was accepted before this one, and itself. */
    private static final AttributeKey<Long> NUMBER = AttributeKey.valueOf("echo.connection-number");

    /** So many sets may last for a while at once, each in memory until its time is up. */
    private static final int MOST_SETS_IN_TIME = 100;

    private final String listener;

    private final BehaviourSets sets;

    private final BehaviourSet configured;

    private final boolean switchable;

    private final Scheduler timer;

    private final BehaviourMetrics metrics;

    private final ActsLog actsLog;

    /** Of the connections, or of the datagrams that a behaviour may shape. */
    private final AtomicLong numbers = new AtomicLong();

    private final CurrentBehaviours current;

    private volatile Runnable afterSwitch = () -> {};

    /** The timers of the sets that last for a while, and that the listener or a stream may still have. */
    private final Map<BehaviourSet, Disposable> ends = new HashMap<>();

    /**
     * Begins with the behaviours of the configuration.
     *
     * @param listener the listener's name
     * @param properties its configuration
     * @param beans the beans that shape streams, by their names, in their order
     * @param switchable whether other behaviours may be switched to
     * @param registry where the meters are registered
     * @param timer what ends behaviours that last for a while; its threads may be blocked
     * @throws EchoConfigurationException if the configuration names a bean that there is not, or if a bean has the name
     *     of a behaviour
     */
    public ListenerBehaviours(
            String listener,
            Listener properties,
            Map<String, Behaviour> beans,
            boolean switchable,
            MeterRegistry registry,
            Scheduler timer) {
        this.listener = listener;
        this.sets = new BehaviourSets(listener, properties.protocol(), beans);
        this.sets.check("echo.listeners.%s.behaviours.".formatted(listener), properties.behaviours());
        this.configured = this.sets.of(properties.behaviours());
        this.switchable = switchable;
        this.timer = timer;
        this.current = new CurrentBehaviours(new InForce(1, this.configured, null, null));
        this.metrics = new BehaviourMetrics(registry, listener, this.sets.names(), this::isActive);
        this.actsLog = new ActsLog(listener, this.metrics, timer);
    }

    /** Tells of the behaviours of the configuration, and from now on what they do. */
    public void start() {
        if (isActive()) {
            logger.info("Echo behaviours on %s: %s"
                    .formatted(this.listener, this.current.get().set()));
            this.actsLog.start();
            countClosedPort(this.current.get().set());
        }
    }

    /** Nobody is there to be counted while the port is closed. */
    private void countClosedPort(BehaviourSet set) {
        if (set.closesPort()) {
            this.metrics.acted(BehaviourSets.REFUSE, 1);
        }
    }

    /** Tells what the behaviours did until now. */
    public void stop() {
        this.actsLog.next(false);
    }

    private boolean isActive() {
        return !this.current.get().set().isEmpty();
    }

    /**
     * Tells whether streams and connections ever have to be looked at.
     *
     * @return whether any behaviour is configured or may be switched to
     */
    public boolean isUsed() {
        return this.switchable || isActive();
    }

    /**
     * Numbers a connection that was accepted, and draws whether it is refused. Only on the thread that accepts.
     *
     * @param accepted the connection
     * @return whether it is to be reset
     */
    public boolean refuses(Channel accepted) {
        if (!isUsed()) {
            return false;
        }
        long number = this.numbers.incrementAndGet();
        accepted.attr(NUMBER).set(number);
        boolean refused = this.current.get().set().refuses(number);
        if (refused) {
            this.metrics.acted(BehaviourSets.REFUSE, 1);
        }
        return refused;
    }

    /**
     * Tells whether the listener is to close its port.
     *
     * @return whether a behaviour in force wants it closed
     */
    public boolean closesPort() {
        return this.current.get().set().closesPort();
    }

    /**
     * Calls something after each switch, on the thread that switches.
     *
     * @param action what to do
     */
    public void afterSwitch(Runnable action) {
        this.afterSwitch = action;
    }

    @Override
    public Flux<ByteBuf> apply(Flux<ByteBuf> received, EchoConnection connection) {
        if (!isUsed()) {
            return received;
        }
        long number = connection.channel().attr(NUMBER).get();
        return new FluxOperator<>(received) {

            @Override
            public void subscribe(CoreSubscriber<? super ByteBuf> writer) {
                this.source.subscribe(new StreamSwitch(current, metrics, connection, number, writer));
            }
        };
    }

    @Override
    public long shape(ByteBuf datagram) {
        BehaviourSet set = this.current.get().set();
        return set.isEmpty() ? 0 : set.datagrams().shape(datagram, this.numbers.incrementAndGet(), this.metrics::acted);
    }

    /**
     * Puts behaviours in the place of those that are in force.
     *
     * @param properties the behaviours, which have been checked
     * @param reach which connections they are for
     * @param duration after which time the former behaviours return; {@code null} for never
     * @return what is in force now, and how many open connections it reached
     * @throws EchoConfigurationException if there is no such bean, or if too many sets last for a while already; then
     *     nothing has changed
     * @throws IllegalStateException if behaviours may not be switched
     */
    public Switched replace(BehaviourProperties properties, Reach reach, @Nullable Duration duration) {
        this.sets.check("", properties);
        BehaviourSet set = this.sets.of(properties);
        return followed(switchTo(
                reach, former -> (duration != null) ? replacedFor(duration, former, set) : former.replacedBy(set)));
    }

    private InForce replacedFor(Duration duration, InForce former, BehaviourSet set) {
        if (Math.max(this.ends.size(), former.setsInTime()) >= MOST_SETS_IN_TIME) {
            throw new EchoConfigurationException(
                    "%s has %s sets of behaviours whose duration is not over."
                            .formatted(this.listener, MOST_SETS_IN_TIME),
                    "Send DELETE to go back to the configuration, or wait.");
        }
        return former.replacedUntil(Instant.now().plus(duration).truncatedTo(ChronoUnit.MILLIS), set);
    }

    /**
     * Goes back to the behaviours of the configuration, for every connection.
     *
     * @return what is in force now, and how many open connections it reached
     * @throws IllegalStateException if behaviours may not be switched
     */
    public Switched restore() {
        return followed(switchTo(Reach.ALL, former -> former.replacedBy(this.configured)));
    }

    /** What a client sends behind the answer meets what the answer tells. */
    private Switched followed(Switched switched) {
        this.current.awaitFollowed();
        return switched;
    }

    private synchronized Switched switchTo(Reach reach, UnaryOperator<InForce> change) {
        if (!this.switchable) {
            throw new IllegalStateException("The behaviours of %s may not be switched".formatted(this.listener));
        }
        InForce next = change.apply(this.current.get());
        this.current.set(next);
        int reached = 0;
        String where = "for new connections";
        if (reach == Reach.ALL) {
            // No stream has any other set now.
            this.ends.values().forEach(Disposable::dispose);
            this.ends.clear();
            reached = this.current.tell(next);
            where += " and open ones (%s)".formatted(reached);
        }
        endInTime(next);
        begin(next, (next.ends() != null) ? "%s, until %s".formatted(where, next.ends()) : where);
        return Switched.of(state(), reached);
    }

    private void endInTime(InForce begun) {
        Instant end = begun.ends();
        if (end != null) {
            this.ends.computeIfAbsent(begun.set(), set -> {
                long millis = Math.max(0, ChronoUnit.MILLIS.between(Instant.now(), end));
                return this.timer.schedule(() -> end(begun), millis, TimeUnit.MILLISECONDS);
            });
        }
    }

    /** The former set returns: on the listener if this one is still in force, and on every stream that still has it. */
    private synchronized void end(InForce over) {
        if (this.ends.remove(over.set()) == null) {
            return;
        }
        InForce now = this.current.get();
        boolean isInForce = now.set() == over.set();
        InForce next = over.returning(isInForce ? now.version() + 1 : now.version());
        if (isInForce) {
            this.current.set(next);
        }
        int reached = this.current.tell(over.set(), next);
        endInTime(next);
        if (isInForce) {
            begin(
                    next,
                    "for new connections and open ones (%s), as the time of version %s is over"
                            .formatted(reached, now.version()));
        } else if (reached > 0) {
            logger.info("Echo behaviours on %s: %s; for open connections (%s), as the time of version %s is over"
                    .formatted(this.listener, next.set(), reached, over.version()));
        }
    }

    private void begin(InForce next, String where) {
        this.actsLog.next(!next.set().isEmpty());
        logger.info("Echo behaviours on %s, version %s: %s; %s"
                .formatted(this.listener, next.version(), next.set(), where));
        countClosedPort(next.set());
        this.afterSwitch.run();
    }

    /**
     * Returns what is in force.
     *
     * @return a snapshot
     */
    public State state() {
        InForce now = this.current.get();
        return new State(now.version(), now.set().describe(), now.set().draws().seed(), now.ends());
    }

    /**
     * What is in force.
     *
     * @param version how often behaviours were switched, and once for the start
     * @param behaviours the behaviours, as they are written in the configuration
     * @param seed where their draws come from
     * @param ends when the former behaviours return; {@code null} for never
     */
    public record State(
            long version,
            Map<String, Object> behaviours,
            long seed,
            @Nullable Instant ends) {}

    /**
     * The outcome of a switch: what is in force now, and whom it reached.
     *
     * @param version how often behaviours were switched, and once for the start
     * @param behaviours the behaviours, as they are written in the configuration
     * @param seed where their draws come from
     * @param ends when the former behaviours return; {@code null} for never
     * @param connections how many open connections it reached
     */
    public record Switched(
            long version,
            Map<String, Object> behaviours,
            long seed,
            @Nullable Instant ends,
            int connections) {

        private static Switched of(State state, int connections) {
            return new Switched(state.version, state.behaviours, state.seed, state.ends, connections);
        }
    }
}
