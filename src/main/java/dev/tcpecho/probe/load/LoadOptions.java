package dev.tcpecho.probe.load;

import dev.tcpecho.probe.cli.Arguments;
import dev.tcpecho.probe.cli.MessageSize;
import dev.tcpecho.probe.cli.UsageException;
import dev.tcpecho.probe.cli.ValueOption;
import dev.tcpecho.probe.cli.ValueType;
import dev.tcpecho.probe.client.ConnectOptions;
import dev.tcpecho.probe.client.Connector;
import dev.tcpecho.probe.client.Target;
import dev.tcpecho.transport.Transport;
import dev.tcpecho.transport.TransportChoice;
import dev.tcpecho.transport.TransportUnavailableException;
import io.netty.util.NettyRuntime;
import java.time.Duration;
import java.util.List;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** The options of {@code probe load}. */
final class LoadOptions {

    private static final Duration MAX_DURATION = Duration.ofDays(366);

    private static final int MAX_PIPELINE = 1000;

    private static final int MAX_RATE = 10_000_000;

    private static final int MAX_THREADS = 256;

    /** As Netty has it: on a busy machine, one for each was driven much less often than the service. */
    private static final int LOOPS_OF_A_PROCESSOR = 2;

    private static final ValueOption<Integer> CONNECTIONS = ValueOption.of(
                    "connections", "NUMBER", ValueType.NUMBER, "How many connections.")
            .withDefault("50");

    private static final ValueOption<Integer> RATE = ValueOption.of(
            "rate",
            "NUMBER",
            ValueType.NUMBER,
            "How many messages to send a second, on all connections together. Their latency counts from the time at which"
                    + " each is planned, so that it includes the wait for a slow service. Default: as many as come back");

    private static final ValueOption<Integer> CONNECT_RATE = ValueOption.of(
            "connect-rate",
            "NUMBER",
            ValueType.NUMBER,
            "How many connections to begin a second. Default: as many as the service accepts");

    private static final ValueOption<Duration> DURATION = ValueOption.of(
                    "duration", "DURATION", ValueType.DURATION, "How long to send messages that count.")
            .withDefault("10s");

    private static final ValueOption<Duration> OMIT = ValueOption.of(
                    "omit",
                    "DURATION",
                    ValueType.DURATION,
                    "How long to send messages before, which are compared and do not count.")
            .withDefault("0s");

    private static final ValueOption<Integer> PIPELINE = ValueOption.of(
                    "pipeline", "NUMBER", ValueType.NUMBER, "How many messages of a connection may be under way.")
            .withDefault("1");

    private static final Option RECONNECT = Option.builder()
            .longOpt("reconnect")
            .desc(
                    "Make a new connection for each message, at most as many at a time as --connections says. --rate is then"
                            + " the rate of connections too.")
            .get();

    private static final ValueOption<Integer> THREADS = ValueOption.of(
            "threads",
            "NUMBER",
            ValueType.NUMBER,
            "How many event loops drive the connections. Default: two for each processor");

    private static final ValueOption<TransportChoice> TRANSPORT = ValueOption.of(
                    "transport",
                    "auto|nio|epoll|io-uring",
                    ValueType.oneOf(TransportChoice.values()),
                    "How to reach the kernel's sockets.")
            .withDefault("auto");

    private static final List<ValueOption<?>> OPTIONS =
            List.of(CONNECTIONS, RATE, CONNECT_RATE, DURATION, OMIT, MessageSize.OPTION, PIPELINE, THREADS, TRANSPORT);

    private final ConnectOptions connect = new ConnectOptions();

    void addTo(Options options) {
        this.connect.addTo(options);
        OPTIONS.forEach(option -> options.addOption(option.option()));
        options.addOption(RECONNECT);
    }

    /**
     * Reads the options.
     *
     * @throws UsageException if one of them cannot be used
     */
    LoadSettings settings(Arguments arguments) {
        Connector connector = this.connect.connector(arguments);
        int threads = number(arguments, THREADS, MAX_THREADS);
        int eventLoops = (threads > 0) ? threads : LOOPS_OF_A_PROCESSOR * NettyRuntime.availableProcessors();
        LoadPlan plan = plan(arguments, connector.settings().timeout(), eventLoops);
        Transport transport = transport(arguments);
        // Netty's channel of NIO knows no half-close there.
        arguments.require(
                !(connector.settings().target() instanceof Target.Unix) || transport != Transport.NIO,
                TRANSPORT,
                "epoll or io-uring for a Unix socket, and this host must have it");
        return new LoadSettings(connector, plan, transport, eventLoops);
    }

    private static LoadPlan plan(Arguments arguments, Duration timeout, int eventLoops) {
        int connections = arguments.get(CONNECTIONS);
        int most = Descriptors.forConnections(eventLoops);
        arguments.require(
                connections >= 1 && connections <= most,
                CONNECTIONS,
                "from 1 to %s, as many as this process may open (ulimit -n)".formatted(most));
        boolean reconnect = arguments.has(RECONNECT);
        int pipeline = number(arguments, PIPELINE, MAX_PIPELINE);
        int connectRate = number(arguments, CONNECT_RATE, MAX_RATE);
        arguments.require(!reconnect || pipeline == 1, PIPELINE, "1 beside --reconnect");
        arguments.require(!reconnect || connectRate == 0, CONNECT_RATE, "left out beside --reconnect: use --rate");
        return new LoadPlan(
                connections,
                number(arguments, RATE, MAX_RATE),
                connectRate,
                duration(arguments, DURATION, Duration.ofMillis(1), "from 1ms to 366d"),
                duration(arguments, OMIT, Duration.ZERO, "from 0s to 366d"),
                MessageSize.bytes(arguments),
                pipeline,
                timeout,
                reconnect);
    }

    /** Returns a number from 1 on, or 0 if there is none. */
    private static int number(Arguments arguments, ValueOption<Integer> option, int most) {
        Integer value = arguments.find(option);
        arguments.require(value == null || (value >= 1 && value <= most), option, "from 1 to %s".formatted(most));
        return (value != null) ? value : 0;
    }

    private static Duration duration(Arguments arguments, ValueOption<Duration> option, Duration least, String form) {
        Duration value = arguments.get(option);
        arguments.require(value.compareTo(least) >= 0 && value.compareTo(MAX_DURATION) <= 0, option, form);
        return value;
    }

    private static Transport transport(Arguments arguments) {
        try {
            return arguments.get(TRANSPORT).resolve();
        } catch (TransportUnavailableException ex) {
            throw arguments.refusal(TRANSPORT, "one that this host has");
        }
    }
}
