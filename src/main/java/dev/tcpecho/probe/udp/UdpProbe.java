package dev.tcpecho.probe.udp;

import dev.tcpecho.probe.cli.Event;
import dev.tcpecho.probe.cli.Event.Type;
import dev.tcpecho.probe.cli.ExitCode;
import dev.tcpecho.probe.cli.Latencies;
import dev.tcpecho.probe.cli.Output;
import dev.tcpecho.probe.client.AddressFamily;
import dev.tcpecho.probe.client.NotConnectedException;
import dev.tcpecho.probe.client.Target;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/**
 * Sends datagrams to a target, and tells what became of them. If nothing comes back from one of its addresses, it tries
 * the next one.
 */
public final class UdpProbe {

    private static final String COMMAND = "probe";

    private static final String PROTOCOL = "udp";

    private final Target.Udp target;

    private final UdpSettings settings;

    private final Output output;

    private final PrintWriter err;

    /** What became of the addresses that were tried before. */
    private final List<String> refusals = new ArrayList<>();

    /** Whether one of them sent nothing at all, neither an answer nor word that nobody listens. */
    private boolean isSilent;

    private Histogram roundTrips = new Histogram(3);

    /**
     * Makes a probe.
     *
     * @param target the service, as it was typed
     * @param settings what to send; for a sweep, how many datagrams of each size, and the largest size
     * @param output where to print what it finds
     * @param err where to print what goes wrong
     */
    public UdpProbe(Target.Udp target, UdpSettings settings, Output output, PrintWriter err) {
        this.target = target;
        this.settings = settings;
        this.output = output;
        this.err = err;
    }

    /**
     * Looks up the addresses of a target; there is one at least.
     *
     * @param family which of them to take
     * @throws NotConnectedException if the host is not known, or has no such address
     */
    public static List<InetSocketAddress> addresses(Target.Udp target, AddressFamily family)
            throws NotConnectedException {
        return target.addresses(family).stream()
                .map(InetSocketAddress.class::cast)
                .toList();
    }

    /**
     * Sends every datagram.
     *
     * @param addresses those of the target
     * @return the exit code
     */
    public int run(List<InetSocketAddress> addresses) {
        printStart("sending %s datagrams of %s bytes to %s, one every %s", false);
        UdpExchange exchange = firstAnswering(addresses, address -> {
            UdpExchange sending = new UdpExchange(address, this.settings);
            sending.run();
            return sending;
        });
        return (exchange != null) ? report(exchange) : nobodyThere();
    }

    /**
     * Finds the largest datagram that comes back.
     *
     * @param addresses those of the target
     * @return the exit code
     */
    public int sweep(List<InetSocketAddress> addresses) {
        printStart("trying %s datagrams of each size up to %s bytes to %s, one every %s", true);
        UdpExchange smallest = firstAnswering(addresses, address -> exchange(address, UdpSettings.MIN_SIZE));
        if (smallest == null) {
            return nobodyThere();
        }
        if (smallest.tally().whole() == 0) {
            return report(smallest);
        }
        InetSocketAddress address = smallest.address();
        Sweep sweep = new Sweep(UdpSettings.MIN_SIZE, this.settings.size());
        sweep.run(size -> {
            UdpExchange exchange = exchange(address, size);
            return new SizeTrial(exchange.tally().whole() > 0, exchange.isTooLong(), exchange.causeOfSilence());
        });
        printEnd(
                ExitCode.COMPLETE,
                null,
                fields(address, Map.of("sweep", sweep.fields())),
                List.of("%s: %s%s".formatted(Target.of(address), sweep.forPeople(), afterRefusals())));
        return ExitCode.COMPLETE;
    }

    private UdpExchange exchange(InetSocketAddress address, int size) {
        UdpExchange exchange = new UdpExchange(address, this.settings.withSize(size));
        exchange.runUntilWhole();
        return exchange;
    }

    private @Nullable UdpExchange firstAnswering(
            List<InetSocketAddress> addresses, Function<InetSocketAddress, UdpExchange> sending) {
        for (InetSocketAddress address : addresses) {
            UdpExchange exchange = sending.apply(address);
            if (exchange.tally().received() > 0) {
                return exchange;
            }
            this.refusals.add("%s: %s".formatted(Target.of(address), exchange.causeOfSilence()));
            this.isSilent |= exchange.cause().isEmpty() && !exchange.tally().isUnreachable();
        }
        return null;
    }

    private int report(UdpExchange exchange) {
        UdpTally tally = exchange.tally();
        this.roundTrips = exchange.roundTrips();
        List<String> lines = new ArrayList<>();
        String error = null;
        int count = this.settings.count();
        String wholeOfAll = "%s of %s datagrams came back whole, once and in time".formatted(tally.whole(), count);
        if (tally.isComplete(count)) {
            lines.add("%s, from %s%s".formatted(wholeOfAll, Target.of(exchange.address()), afterRefusals()));
        } else {
            String cause = exchange.cause().isEmpty() ? "" : "; " + exchange.cause();
            error = "%s: %s%s".formatted(wholeOfAll, tally.faultsForPeople(), cause);
        }
        lines.add(tally.forPeople());
        Latencies latencies = new Latencies(this.roundTrips);
        lines.addAll(latencies.roundTripsForPeople(exchange.size()));
        int exitCode = (error == null) ? ExitCode.COMPLETE : ExitCode.LOST;
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("datagrams", tally.fields());
        figures.put("roundTripMillis", latencies.fields());
        printEnd(exitCode, error, fields(exchange.address(), figures), lines);
        return exitCode;
    }

    private int nobodyThere() {
        String error =
                "cannot reach %s: %s; %s".formatted(this.target, String.join(", ", this.refusals), likelyCauses());
        printEnd(ExitCode.NOT_CONNECTED, error, fields(null, Map.of()), List.of());
        return ExitCode.NOT_CONNECTED;
    }

    private String likelyCauses() {
        return this.isSilent
                ? "the service may not allow this client (echo.limits.allow), a firewall may drop UDP, or --timeout may be"
                        + " too short"
                : "the service may speak TCP alone";
    }

    private String afterRefusals() {
        return this.refusals.isEmpty() ? "" : ", after " + String.join(", ", this.refusals);
    }

    private void printStart(String line, boolean isSweep) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("command", COMMAND);
        fields.put("protocol", PROTOCOL);
        fields.put("target", this.target.toString());
        fields.put("count", this.settings.count());
        fields.put("size", this.settings.size());
        fields.put("sweep", isSweep);
        fields.put("intervalMillis", this.settings.interval().toNanos() / 1e6);
        fields.put("timeoutMillis", this.settings.timeout().toNanos() / 1e6);
        String text = line.formatted(
                this.settings.count(),
                this.settings.size(),
                this.target,
                DurationStyle.SIMPLE.print(this.settings.interval()));
        this.output.print(new Event(Type.START, fields, List.of(text)));
    }

    private Map<String, Object> fields(@Nullable InetSocketAddress address, Map<String, Object> figures) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (address != null) {
            fields.put("address", Target.of(address).toString());
            if (!this.refusals.isEmpty()) {
                fields.put("refused", this.refusals);
            }
        }
        fields.putAll(figures);
        return fields;
    }

    private void printEnd(int exitCode, @Nullable String error, Map<String, Object> fields, List<String> lines) {
        if (error != null) {
            this.err.println("%s: %s".formatted(COMMAND, error));
        }
        this.output.print(end(exitCode, error, fields, lines));
    }

    /**
     * Makes the event of the end.
     *
     * @param exitCode the exit code
     * @param error what went wrong, in one sentence; null if nothing did
     * @param found what was found, by its names in the schema
     * @param lines the same for people
     */
    public static Event end(int exitCode, @Nullable String error, Map<String, Object> found, List<String> lines) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("protocol", PROTOCOL);
        fields.putAll(found);
        return Event.end(COMMAND, exitCode, error, fields, lines);
    }

    /** Returns how long the answers took that came back whole and in time, in nanoseconds. */
    public Histogram roundTrips() {
        return this.roundTrips;
    }
}
