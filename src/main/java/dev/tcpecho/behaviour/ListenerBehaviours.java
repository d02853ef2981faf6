package dev.tcpecho.behaviour;

import dev.tcpecho.BehaviourProperties;
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
import java.util.ArrayList;
import java.util.List;
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
public final class ListenerBehaviours implements EchoStream {

    static final String REFUSE = "refuse";

    private static final Log logger = LogFactory.getLog(ListenerBehaviours.class);

    /** How often a connection was accepted before this one, and itself. */
    private static final AttributeKey<Long> NUMBER = AttributeKey.valueOf("echo.connection-number");

    /** In the order in which they shape a stream; refuse comes before there is one. */
    private static final List<String> NAMES = List.of(
            REFUSE,
            Corrupt.NAME,
            Delay.NAME,
            Rate.NAME,
            Chunk.NAME,
            StallAfter.NAME,
            Greeting.NAME,
            EndAfter.CLOSE,
            EndAfter.RESET);

    private final String listener;

    private final BehaviourSets sets;

    private final BehaviourSet configured;

    private final boolean switchable;

    private final Scheduler timer;

    private final BehaviourMetrics metrics;

    private final ActsLog actsLog;

    private final AtomicLong connections = new AtomicLong();

    private final CurrentBehaviours current;

    private volatile Runnable afterSwitch = () -> {};

    private @Nullable Disposable expiry;

    /**
     * Begins with the behaviours of the configuration.
     *
     * @param listener the listener's name
     * @param configured its configuration
     * @param beans the beans that shape streams, by their names, in their order
     * @param switchable whether other behaviours may be switched to
     * @param registry where the meters are registered
     * @param timer what ends behaviours that last for a while; its threads may be blocked
     * @throws dev.tcpecho.EchoConfigurationException if the configuration names a bean that there is not
     */
    public ListenerBehaviours(
            String listener,
            BehaviourProperties configured,
            Map<String, Behaviour> beans,
            boolean switchable,
            MeterRegistry registry,
            Scheduler timer) {
        this.listener = listener;
        this.sets = new BehaviourSets(listener, beans);
        this.configured = this.sets.of(configured);
        this.switchable = switchable;
        this.timer = timer;
        this.current = new CurrentBehaviours(new InForce(1, this.configured, Reach.ALL, null, null));
        List<String> names = new ArrayList<>(NAMES);
        names.addAll(beans.keySet());
        this.metrics = new BehaviourMetrics(registry, listener, names, this::isActive);
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
            this.metrics.acted(REFUSE, 1);
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
        long number = this.connections.incrementAndGet();
        accepted.attr(NUMBER).set(number);
        boolean refused = this.current.get().set().refuses(number);
        if (refused) {
            this.metrics.acted(REFUSE, 1);
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

    /**
     * Puts behaviours in the place of those that are in force.
     *
     * @param properties the behaviours, which have been checked
     * @param reach which connections they are for
     * @param duration after which time the former behaviours return; {@code null} for never
     * @return what is in force now, and how many open connections it reached
     * @throws dev.tcpecho.EchoConfigurationException if there is no such bean; then nothing has changed
     * @throws IllegalStateException if behaviours may not be switched
     */
    public Switched replace(BehaviourProperties properties, Reach reach, @Nullable Duration duration) {
        BehaviourSet set = this.sets.of(properties);
        return switchTo(former -> (duration != null)
                ? former.replacedUntil(Instant.now().plus(duration).truncatedTo(ChronoUnit.MILLIS), set, reach)
                : former.replacedBy(set, reach));
    }

    /**
     * Goes back to the behaviours of the configuration, for every connection.
     *
     * @return what is in force now, and how many open connections it reached
     * @throws IllegalStateException if behaviours may not be switched
     */
    public Switched restore() {
        return switchTo(former -> former.replacedBy(this.configured, Reach.ALL));
    }

    private synchronized Switched switchTo(UnaryOperator<InForce> change) {
        if (!this.switchable) {
            throw new IllegalStateException("The behaviours of %s may not be switched".formatted(this.listener));
        }
        if (this.expiry != null) {
            this.expiry.dispose();
            this.expiry = null;
        }
        InForce next = change.apply(this.current.get());
        int reached = this.current.set(next);
        Instant ends = next.ends();
        if (ends != null) {
            long millis = Math.max(0, ChronoUnit.MILLIS.between(Instant.now(), ends));
            this.expiry = this.timer.schedule(() -> expire(next), millis, TimeUnit.MILLISECONDS);
        }
        log(next, reached);
        countClosedPort(next.set());
        this.actsLog.next(!next.set().isEmpty());
        this.afterSwitch.run();
        return Switched.of(state(), reached);
    }

    private synchronized void expire(InForce expired) {
        if (this.current.get().version() == expired.version()) {
            switchTo(InForce::expired);
        }
    }

    private void log(InForce now, int reached) {
        logger.info("Echo behaviours on %s, version %d: %s; for %s connections, open ones reached: %d%s"
                .formatted(
                        this.listener,
                        now.version(),
                        now.set(),
                        now.reach(),
                        reached,
                        (now.ends() != null) ? "; until " + now.ends() : ""));
    }

    /**
     * Returns what is in force.
     *
     * @return a snapshot
     */
    public State state() {
        InForce now = this.current.get();
        return new State(
                now.version(),
                BehaviourDescription.of(now.set().properties()),
                now.set().draws().seed(),
                now.ends());
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
