package dev.tcpecho.testing;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What meters of one name have counted since the last look. */
public final class NewCounts {

    private final Map<Meter, Double> seen = new HashMap<>();

    private final String tag;

    public NewCounts(MeterRegistry registry, String name, String tag) {
        registry.get(name).meters().forEach(meter -> this.seen.put(meter, count(meter)));
        this.tag = tag;
    }

    /** Returns, for each that was counted, the value of the tag. */
    public List<String> look() {
        List<String> values = new ArrayList<>();
        this.seen.replaceAll((meter, before) -> {
            double count = count(meter);
            for (double i = before; i < count; i++) {
                values.add(meter.getId().getTag(this.tag));
            }
            return count;
        });
        return values;
    }

    private static double count(Meter meter) {
        return meter.measure().iterator().next().getValue();
    }
}
