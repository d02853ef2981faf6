package dev.tcpecho.behaviour;

import dev.tcpecho.metrics.BehaviourMetrics;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/** Logs what the behaviours of one listener did, summed, once a minute and when others take over. */
final class ActsLog {

    private static final Log logger = LogFactory.getLog(ActsLog.class);

    private final String listener;

    private final BehaviourMetrics metrics;

    private final Scheduler timer;

    private final Map<String, Long> logged = new HashMap<>();

    private @Nullable Disposable minutes;

    ActsLog(String listener, BehaviourMetrics metrics, Scheduler timer) {
        this.listener = listener;
        this.metrics = metrics;
        this.timer = timer;
    }

    synchronized void start() {
        if (this.minutes == null) {
            this.minutes = this.timer.schedulePeriodically(this::log, 1, 1, TimeUnit.MINUTES);
        }
    }

    /** Logs what was done until now, and goes on only while any behaviour is in force. */
    synchronized void next(boolean active) {
        log();
        if (active) {
            start();
        } else if (this.minutes != null) {
            this.minutes.dispose();
            this.minutes = null;
        }
    }

    private synchronized void log() {
        Map<String, Long> counts = this.metrics.acts();
        String acts = counts.entrySet().stream()
                .map(act -> Map.entry(act.getKey(), act.getValue() - this.logged.getOrDefault(act.getKey(), 0L)))
                .filter(act -> act.getValue() > 0)
                .map(act -> act.getKey() + " " + act.getValue())
                .collect(Collectors.joining(", "));
        this.logged.putAll(counts);
        if (!acts.isEmpty()) {
            logger.info("Echo behaviours acted on %s: %s".formatted(this.listener, acts));
        }
    }
}
