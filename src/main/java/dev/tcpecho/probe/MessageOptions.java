package dev.tcpecho.probe;

import dev.tcpecho.probe.cli.Arguments;
import dev.tcpecho.probe.cli.MessageSize;
import dev.tcpecho.probe.cli.UsageException;
import dev.tcpecho.probe.cli.ValueOption;
import dev.tcpecho.probe.cli.ValueType;
import dev.tcpecho.probe.client.ConnectSettings;
import dev.tcpecho.probe.udp.UdpSettings;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.springframework.util.unit.DataSize;

/** What the plain probe sends: the messages of a stream, or datagrams. */
final class MessageOptions {

    private static final int TRIES_OF_A_SIZE = 3;

    /** No burst, and yet an end within the time that a stream takes. */
    private static final Duration UDP_INTERVAL = Duration.ofMillis(20);

    private static final ValueOption<Integer> COUNT = ValueOption.of(
                    "count",
                    "NUMBER",
                    ValueType.NUMBER,
                    "How many messages to send, each when the one before is back; over UDP, at the interval.")
            .withDefault("10");

    private static final ValueOption<Duration> INTERVAL = ValueOption.of(
            "interval",
            "DURATION",
            ValueType.DURATION,
            "The pause between two messages, for example 200ms or 1s. Default: 0s; over UDP, 20ms from one datagram to"
                    + " the next");

    private static final Option SWEEP = Option.builder()
            .longOpt("sweep")
            .desc(
                    "Over UDP: find the largest datagram that comes back, from 8 bytes to --size, or else to the most that"
                            + " a packet has. --count is then how often to try a size, 3 by default.")
            .get();

    private final Arguments arguments;

    MessageOptions(Arguments arguments) {
        this.arguments = arguments;
    }

    static void addTo(Options options) {
        List.of(COUNT, MessageSize.OPTION, INTERVAL).forEach(option -> options.addOption(option.option()));
        options.addOption(SWEEP);
    }

    boolean sweeps() {
        return this.arguments.has(SWEEP);
    }

    /**
     * Returns what to send over a stream.
     *
     * @throws UsageException if an option cannot be used
     */
    ExchangeSettings ofStream(Duration timeout) {
        if (sweeps()) {
            throw new UsageException("--sweep is for udp://HOST:PORT alone");
        }
        int count = this.arguments.get(COUNT);
        this.arguments.require(count >= 1, COUNT, "1 or more");
        return new ExchangeSettings(count, MessageSize.bytes(this.arguments), interval(Duration.ZERO), timeout);
    }

    /**
     * Returns what to send over UDP.
     *
     * @param maxSize the most bytes that a datagram may have
     * @throws UsageException if an option cannot be used
     */
    UdpSettings ofDatagrams(int maxSize, Duration timeout) {
        int count = (sweeps() && !this.arguments.has(COUNT)) ? TRIES_OF_A_SIZE : this.arguments.get(COUNT);
        this.arguments.require(
                count >= 1 && count <= UdpSettings.MAX_COUNT,
                COUNT,
                "from 1 to %s over UDP".formatted(UdpSettings.MAX_COUNT));
        DataSize size = (sweeps() && !this.arguments.has(MessageSize.OPTION))
                ? DataSize.ofBytes(maxSize)
                : this.arguments.get(MessageSize.OPTION);
        this.arguments.require(
                size.toBytes() >= UdpSettings.MIN_SIZE && size.toBytes() <= maxSize,
                MessageSize.OPTION,
                "from %sB to %sB over UDP%s"
                        .formatted(UdpSettings.MIN_SIZE, maxSize, (maxSize < UdpSettings.MAX_SIZE) ? " and IPv4" : ""));
        return new UdpSettings(count, (int) size.toBytes(), interval(UDP_INTERVAL), timeout);
    }

    private Duration interval(Duration usual) {
        Duration interval = Objects.requireNonNullElse(this.arguments.find(INTERVAL), usual);
        this.arguments.require(
                !interval.isNegative() && interval.compareTo(ConnectSettings.MAX_TIMEOUT) <= 0,
                INTERVAL,
                "from 0s to 24d");
        return interval;
    }
}
