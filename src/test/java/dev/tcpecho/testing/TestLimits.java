package dev.tcpecho.testing;

import dev.tcpecho.ConnectionLimit;
import dev.tcpecho.EchoProperties.Limits;
import java.time.Duration;
import java.util.List;

/** Limits of one connection, and of time. */
public final class TestLimits {

    private TestLimits() {}

    public static Limits of(int idleSeconds, int lifetimeSeconds) {
        return new Limits(
                ConnectionLimit.valueOf(1),
                0,
                100_000,
                1000,
                Duration.ofSeconds(idleSeconds),
                Duration.ofSeconds(lifetimeSeconds),
                List.of(),
                List.of());
    }
}
