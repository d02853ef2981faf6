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

    /** Returns what tells why a connection by these settings fails. */
    public LikelyCause likelyCause() {
        return new LikelyCause(
                this.tls != null, this.tls != null && this.tls.hasCertificate(), this.proxyHeader != null);
    }
}
