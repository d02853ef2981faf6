package dev.tcpecho.probe.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where to connect, and how.
 *
 * @param target where to connect
 * @param family which of the target's addresses to take
 * @param timeout how long to wait for an address to accept, and then for TLS
 * @param proxyHeader what to send before all else; null for nothing
 * @param tls the TLS to speak; null for none
 */
public record ConnectSettings(
        Target target,
        AddressFamily family,
        Duration timeout,
        @Nullable SentProxyHeader proxyHeader,
        @Nullable ClientTls tls) {

    /** A socket counts milliseconds, and takes 0 for no limit. */
    static final Duration MIN_TIMEOUT = Duration.ofMillis(1);

    /** A socket counts milliseconds in an int. */
    public static final Duration MAX_TIMEOUT = Duration.ofDays(24);

    /** Returns the same with a part of the time, 1 ms at least. */
    ConnectSettings withPartOfTimeout(int parts) {
        Duration part = this.timeout.dividedBy(parts);
        return new ConnectSettings(
                this.target,
                this.family,
                (part.compareTo(MIN_TIMEOUT) > 0) ? part : MIN_TIMEOUT,
                this.proxyHeader,
                this.tls);
    }

    /** Returns what tells why a connection by these settings fails. */
    public LikelyCause likelyCause() {
        return new LikelyCause(
                this.tls != null, this.tls != null && this.tls.hasCertificate(), this.proxyHeader != null);
    }
}
