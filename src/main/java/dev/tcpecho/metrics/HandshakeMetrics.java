package dev.tcpecho.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** The meters of one listener's TLS handshakes. All of them exist from the start. */
public final class HandshakeMetrics {

    private final Map<HandshakeOutcome, Timer> handshakes = new EnumMap<>(HandshakeOutcome.class);

    /**
     * Registers the meters.
     *
     * @param registry where to
     * @param listener the listener's name, the value of the tag {@code listener}
     */
    public HandshakeMetrics(MeterRegistry registry, String listener) {
        for (HandshakeOutcome outcome : HandshakeOutcome.values()) {
            this.handshakes.put(
                    outcome,
                    Timer.builder("echo.tls.handshake")
                            .tags("listener", listener, "outcome", outcome.toString())
                            .description("How long TLS handshakes took, by how they ended")
                            .register(registry));
        }
    }

    /**
     * Counts a handshake.
     *
     * @param outcome how it ended
     * @param duration how long it took
     */
    public void ended(HandshakeOutcome outcome, Duration duration) {
        Objects.requireNonNull(this.handshakes.get(outcome)).record(duration);
    }
}
