package dev.tcpecho.probe.exporter;

import dev.tcpecho.probe.cli.Arguments;
import dev.tcpecho.probe.cli.UsageException;
import dev.tcpecho.probe.cli.ValueOption;
import dev.tcpecho.probe.cli.ValueType;
import org.apache.commons.cli.Options;
import org.jspecify.annotations.Nullable;

/** Whether and where a command serves its figures. */
public final class ListenOptions {

    private static final ValueOption<String> LISTEN = ValueOption.of(
            "listen",
            "[HOST:]PORT",
            ValueType.TEXT,
            "Serve the figures to Prometheus while the command runs, at http://HOST:PORT/metrics. A PORT alone is that of"
                    + " every address of this host, and port 0 is any free one.");

    private ListenOptions() {}

    /** Adds the option to those of a command. */
    public static void addTo(Options options) {
        options.addOption(LISTEN.option());
    }

    /**
     * Starts to serve.
     *
     * @return what serves; null if nothing is to
     * @throws UsageException if it cannot
     */
    public static @Nullable MetricsServer start(Arguments arguments, Figures figures) {
        String address = arguments.find(LISTEN);
        if (address == null) {
            return null;
        }
        try {
            return MetricsServer.start(ListenAddress.parse(address), figures);
        } catch (IllegalArgumentException ex) {
            throw arguments.refusal(LISTEN, String.valueOf(ex.getMessage()));
        } catch (ListenException ex) {
            throw new UsageException("--listen is %s, but %s".formatted(address, ex.getMessage()));
        }
    }
}
