package dev.tcpecho.probe.client;

import dev.tcpecho.probe.cli.Arguments;
import dev.tcpecho.probe.cli.UsageException;
import dev.tcpecho.probe.cli.ValueOption;
import dev.tcpecho.probe.cli.ValueType;
import dev.tcpecho.probe.client.SentProxyHeader.Version;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.OptionGroup;
import org.apache.commons.cli.Options;
import org.jspecify.annotations.Nullable;

/** Where a command connects, and how. */
public final class ConnectOptions {

    /** What the help calls the target. */
    public static final String OPERAND = "[HOST:PORT | unix:PATH]";

    private static final String DEFAULT_PORT = "25341";

    /** An address, so that no name is looked up. */
    private static final Pattern IP_ADDRESS = Pattern.compile("[0-9]+([.][0-9]+){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private static final Option IPV4 = Option.builder("4")
            .desc("Connect to the host's IPv4 addresses alone.")
            .get();

    private static final Option IPV6 = Option.builder("6")
            .desc("Connect to the host's IPv6 addresses alone.")
            .get();

    private static final ValueOption<Version> PROXY = ValueOption.of(
            "proxy",
            "v1|v2",
            ValueType.oneOf(Version.values()),
            "Send a header of the PROXY protocol first, as a proxy would.");

    private static final ValueOption<String> PROXY_SOURCE = ValueOption.of(
            "proxy-source",
            "IP:PORT",
            ValueType.TEXT,
            "The client that the header of --proxy names. Default: this one");

    private final ValueOption<Duration> timeout;

    private final TlsOptions tls = new TlsOptions();

    /** Makes the options of a command whose timeout is for a connect, and for each wait behind it. */
    public ConnectOptions() {
        this("5s", "How long to wait for the host to accept, and then each time for the next bytes.");
    }

    /**
     * Makes the options of a command with a timeout of its own.
     *
     * @param timeout the default of {@code --timeout}, for example {@code 5s}
     * @param timeoutDescription what the time is for
     */
    public ConnectOptions(String timeout, String timeoutDescription) {
        this.timeout = ValueOption.of("timeout", "DURATION", ValueType.DURATION, timeoutDescription)
                .withDefault(timeout);
    }

    /** Adds the options to those of a command. */
    public void addTo(Options options) {
        options.addOption(this.timeout.option());
        options.addOptionGroup(new OptionGroup().addOption(IPV4).addOption(IPV6));
        this.tls.addTo(options);
        options.addOption(PROXY.option());
        options.addOption(PROXY_SOURCE.option());
    }

    /** Returns where a command connects if nobody says so: to the service on this host. */
    public static String defaultTarget() {
        return "localhost:" + Objects.requireNonNullElse(System.getenv("ECHO_LISTENERS_PLAIN_PORT"), DEFAULT_PORT);
    }

    /**
     * Returns what connects.
     *
     * @throws UsageException if an argument cannot be used
     */
    public Connector connector(Arguments arguments) {
        Target target = target(arguments);
        if (target instanceof Target.Udp) {
            throw new UsageException("%s is for the plain probe: use 'probe %s'".formatted(target, target));
        }
        AddressFamily family = family(arguments);
        if (target instanceof Target.Unix && family != AddressFamily.ANY) {
            throw new UsageException("-4 and -6 are for hosts, and %s has no address".formatted(target));
        }
        return new Connector(new ConnectSettings(
                target, family, timeout(arguments, null), proxyHeader(arguments), this.tls.clientTls(arguments)));
    }

    /**
     * Refuses the options that are for connections alone.
     *
     * @throws UsageException if one of them was given
     */
    public void requireNoneOfConnections(Arguments arguments) {
        Stream.concat(this.tls.given(arguments).stream(), Stream.of(PROXY.option(), PROXY_SOURCE.option()))
                .filter(arguments::has)
                .findFirst()
                .ifPresent(option -> {
                    throw new UsageException(
                            "--%s is for connections, and UDP has none".formatted(option.getLongOpt()));
                });
    }

    /**
     * Returns how long to wait.
     *
     * @param usual the time where none was given; null for the default of the option
     * @throws UsageException if what was given is no such time
     */
    public Duration timeout(Arguments arguments, @Nullable Duration usual) {
        Duration time = (usual != null && !arguments.has(this.timeout)) ? usual : arguments.get(this.timeout);
        arguments.require(
                time.compareTo(ConnectSettings.MIN_TIMEOUT) >= 0 && time.compareTo(ConnectSettings.MAX_TIMEOUT) <= 0,
                this.timeout,
                "from 1ms to 24d");
        return time;
    }

    /**
     * Returns what was typed as the service, or else the one on this host.
     *
     * @throws UsageException if it is none
     */
    public static Target target(Arguments arguments) {
        List<String> operands = arguments.operands();
        if (operands.size() > 1) {
            throw new UsageException("'%s' is one argument too many".formatted(operands.get(1)));
        }
        try {
            return Target.parse(operands.isEmpty() ? defaultTarget() : operands.get(0));
        } catch (IllegalArgumentException ex) {
            throw new UsageException(String.valueOf(ex.getMessage()));
        }
    }

    /** Returns which addresses of the host were asked for. */
    public static AddressFamily family(Arguments arguments) {
        if (arguments.has(IPV4)) {
            return AddressFamily.IPV4;
        }
        return arguments.has(IPV6) ? AddressFamily.IPV6 : AddressFamily.ANY;
    }

    private static @Nullable SentProxyHeader proxyHeader(Arguments arguments) {
        Version version = arguments.find(PROXY);
        if (version == null) {
            arguments.require(!arguments.has(PROXY_SOURCE), PROXY_SOURCE, "beside --proxy v1 or --proxy v2");
            return null;
        }
        return new SentProxyHeader(version, source(arguments));
    }

    private static @Nullable InetSocketAddress source(Arguments arguments) {
        String value = arguments.find(PROXY_SOURCE);
        if (value == null) {
            return null;
        }
        try {
            Target.Tcp source = Target.parsePort(value);
            if (IP_ADDRESS.matcher(source.host()).matches()) {
                return new InetSocketAddress(InetAddress.getByName(source.host()), source.port());
            }
        } catch (IllegalArgumentException | UnknownHostException ex) {
            // Told below.
        }
        throw arguments.refusal(PROXY_SOURCE, "IP:PORT, for example 192.0.2.7:40000 or [2001:db8::7]:40000");
    }
}
