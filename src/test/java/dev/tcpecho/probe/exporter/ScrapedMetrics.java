package dev.tcpecho.probe.exporter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/** What Prometheus reads of figures. */
public final class ScrapedMetrics {

    private ScrapedMetrics() {}

    /** Returns values by their name and labels, for example {@code up{job="x"}}. */
    public static Map<String, Double> of(Figures figures) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create()
                    .write(out, figures.gather(Runnable::run).join());
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        Map<String, Double> values = new TreeMap<>();
        out.toString(UTF_8).lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            values.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
        });
        return values;
    }
}
