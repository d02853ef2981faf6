package dev.tcpecho.tls;

import dev.tcpecho.tls.CertificateCheck.Served;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.ssl.SslBundle;

/**
 * Warns of certificates of one listener that are not valid, or not for long: when they are served first, and once more
 * when their time has come. Nothing wakes it up for that: each new connection looks at the clock.
 */
final class CertificateExpiryLog {

    private static final Log logger = LogFactory.getLog(CertificateExpiryLog.class);

    private final String listener;

    private final String bundle;

    private final Duration threshold;

    private final InstantSource clock;

    private final AtomicReference<Due> due = new AtomicReference<>(new Due(List.of(), Instant.MAX));

    /**
     * Begins with no certificate.
     *
     * @param listener the listener's name
     * @param bundle the SSL bundle's name
     * @param threshold how long before its end a certificate is told of
     * @param clock tells the time
     */
    CertificateExpiryLog(String listener, String bundle, Duration threshold, InstantSource clock) {
        this.listener = listener;
        this.bundle = bundle;
        this.threshold = threshold;
        this.clock = clock;
    }

    /** Looks at the certificates that are served from now on. */
    void serve(SslBundle bundle) throws GeneralSecurityException {
        this.due.set(new Due(CertificateCheck.served(bundle), Instant.MIN));
        look();
    }

    /** Looks at the clock, and at the certificates if it is time. */
    void look() {
        Due now = Objects.requireNonNull(this.due.get());
        Instant time = this.clock.instant();
        if (time.isAfter(now.time) && this.due.compareAndSet(now, new Due(now.served, next(now.served, time)))) {
            now.served.forEach(served -> served.chain().stream()
                    .flatMap(certificate -> fault(certificate, time).stream()
                            .map(fault -> describe(served.alias(), certificate, fault)))
                    .findFirst()
                    .ifPresent(logger::warn));
        }
    }

    private String describe(String alias, X509Certificate certificate, String fault) {
        return "The listener '%s' serves the certificate '%s' of the SSL bundle '%s', %s, which %s"
                .formatted(
                        this.listener,
                        alias,
                        this.bundle,
                        certificate.getSubjectX500Principal().getName(),
                        fault);
    }

    private Optional<String> fault(X509Certificate certificate, Instant now) {
        Instant from = certificate.getNotBefore().toInstant();
        Instant to = certificate.getNotAfter().toInstant();
        if (now.isBefore(from)) {
            return Optional.of("is not valid before %s: replace it, or correct the clock".formatted(from));
        }
        if (now.isAfter(to)) {
            return Optional.of("expired at %s: renew it".formatted(to));
        }
        return now.isAfter(to.minus(this.threshold))
                ? Optional.of("expires at %s: renew it".formatted(to))
                : Optional.empty();
    }

    /** When there is something else to tell of any of them. */
    private Instant next(List<Served> served, Instant now) {
        return served.stream()
                .flatMap(each -> each.chain().stream())
                .map(certificate -> certificate.getNotAfter().toInstant())
                .flatMap(end -> Stream.of(end.minus(this.threshold), end))
                .filter(now::isBefore)
                .min(Instant::compareTo)
                .orElse(Instant.MAX);
    }

    /**
     * What to look at, and when.
     *
     * @param served the certificates
     * @param time the time after which to look
     */
    private record Due(List<Served> served, Instant time) {}
}
