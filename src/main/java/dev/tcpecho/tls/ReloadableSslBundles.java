package dev.tcpecho.tls;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.security.GeneralSecurityException;
import java.util.concurrent.atomic.LongAdder;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;

/**
 * {@link DefaultSslBundleRegistry} that keeps a bundle as it is when its update cannot serve: what reads bundles, and
 * the listeners above all, never sees a broken certificate.
 */
final class ReloadableSslBundles extends DefaultSslBundleRegistry implements MeterBinder {

    private static final Log logger = LogFactory.getLog(ReloadableSslBundles.class);

    private final LongAdder successes = new LongAdder();

    private final LongAdder failures = new LongAdder();

    @Override
    public void updateBundle(String name, SslBundle updatedBundle) {
        try {
            if (updatedBundle.getStores().getKeyStore() == null) {
                updatedBundle.getManagers().getTrustManagers();
            } else {
                CertificateCheck.requireUsable(updatedBundle);
                CertificateCheck.requireValid(updatedBundle);
            }
            super.updateBundle(name, updatedBundle);
        } catch (GeneralSecurityException | RuntimeException ex) {
            this.failures.increment();
            BundleFailure failure = BundleFailure.of(name, ex);
            logger.error("The update of the SSL bundle '%s' cannot be used and the one before it stays: %s. %s"
                    .formatted(name, failure.reason(), failure.action()));
            return;
        }
        this.successes.increment();
        logger.info("The SSL bundle '%s' was updated".formatted(name));
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        register(registry, "success", this.successes);
        register(registry, "failure", this.failures);
    }

    private static void register(MeterRegistry registry, String outcome, LongAdder count) {
        FunctionCounter.builder("echo.tls.reloads", count, LongAdder::sum)
                .tag("outcome", outcome)
                .description("Updates of SSL bundles since the start, by whether they could be used")
                .register(registry);
    }
}
