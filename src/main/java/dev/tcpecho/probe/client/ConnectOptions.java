package dev.tcpecho.probe.client;

import dev.tcpecho.probe.cli.Usage;
import dev.tcpecho.probe.client.SentProxyHeader.Version;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Where a command connects, and how. */
public final class ConnectOptions {

    /** An address, so that no name is looked up. */
    private static final Pattern IP_ADDRESS = Pattern.compile("[0-9]+([.][0-9]+){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    @Parameters(
            paramLabel = "HOST:PORT",
            arity = "0..1",
            defaultValue = "localhost:${env:ECHO_LISTENERS_PLAIN_PORT:-25341}",
            description = "Where to connect. By default the service on this host: ${DEFAULT-VALUE}")
    private String target = "";

    @Option(
            names = "--timeout",
            defaultValue = "5s",
            description =
                    "How long to wait for the host to accept, and then each time for the next bytes. Default: ${DEFAULT-VALUE}")
    private Duration timeout = Duration.ZERO;

    @ArgGroup
    private @Nullable Family family;

    @Mixin
    private TlsOptions tls = new TlsOptions();

    @Option(
            names = "--proxy",
            paramLabel = "v1|v2",
            description = "Send a header of the PROXY protocol first, as a proxy would.")
    private @Nullable Version proxy;

    @Option(
            names = "--proxy-source",
            paramLabel = "IP:PORT",
            description = "The client that the header of --proxy names. Default: this one")
    private @Nullable String proxySource;

    private static final class Family {

        @Option(names = "-4", description = "Connect to the host's IPv4 addresses alone.")
        private boolean ipv4;

        @Option(names = "-6", description = "Connect to the host's IPv6 addresses alone.")
        private boolean ipv6;
    }

    /**
     * Returns what connects.
     *
     * @throws ParameterException if an option cannot be used
     */
    public Connector connector() {
        Usage.require(
                this.command,
                this.timeout.compareTo(ConnectSettings.MIN_TIMEOUT) >= 0
                        && this.timeout.compareTo(Usage.MAX_DURATION) <= 0,
                "--timeout",
                "from 1ms to 24d");
        return new Connector(
                new ConnectSettings(target(), family(), this.timeout, proxyHeader(), this.tls.clientTls()));
    }

    /** Not by a converter: an option that is not known is told before a target that is none. */
    private Target target() {
        try {
            return Target.parse(this.target);
        } catch (IllegalArgumentException ex) {
            throw new ParameterException(this.command.commandLine(), ex.getMessage(), ex);
        }
    }

    private AddressFamily family() {
        if (this.family == null) {
            return AddressFamily.ANY;
        }
        return this.family.ipv4 ? AddressFamily.IPV4 : AddressFamily.IPV6;
    }

    private @Nullable SentProxyHeader proxyHeader() {
        if (this.proxy == null) {
            Usage.require(this.command, this.proxySource == null, "--proxy-source", "beside --proxy v1 or --proxy v2");
            return null;
        }
        return new SentProxyHeader(this.proxy, (this.proxySource != null) ? source(this.proxySource) : null);
    }

    private InetSocketAddress source(String value) {
        try {
            Target source = Target.parse(value);
            if (IP_ADDRESS.matcher(source.host()).matches()) {
                return new InetSocketAddress(InetAddress.getByName(source.host()), source.port());
            }
        } catch (IllegalArgumentException | UnknownHostException ex) {
            // Told below.
        }
        throw Usage.refusal(
                this.command, "--proxy-source", "IP:PORT, for example 192.0.2.7:40000 or [2001:db8::7]:40000");
    }
}
