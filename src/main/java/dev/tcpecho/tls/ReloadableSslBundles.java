package dev.tcpecho.tls;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * {@link DefaultSslBundleRegistry} that keeps a bundle as it is when its update cannot serve: what reads bundles, and
 * the listeners above all, never sees a broken certificate.
 *
 * <p>Spring Boot's watcher of files tells of most updates, and at once. It watches directories, as inotify does, and
 * loses sight of one that is replaced, or that is reached through another link from then on. So this also looks at what
 * the files hold, now and then.
 */
final class ReloadableSslBundles extends DefaultSslBundleRegistry implements MeterBinder, DisposableBean {

    private static final Log logger = LogFactory.getLog(ReloadableSslBundles.class);

    private final Map<String, ReloadedBundle> reloaded = new ConcurrentHashMap<>();

    private final Disposable.Swap looks = Disposables.swap();

    private final Set<String> refused = ConcurrentHashMap.newKeySet();

    private final LongAdder successes = new LongAdder();

    private final LongAdder failures = new LongAdder();

    /**
     * Looks at the files of registered bundles from now on.
     *
     * @param bundles those that are reloaded
     * @param pause the time between two looks; what changed is taken when it was the same at two of them
     * @param scheduler what looks
     */
    void watch(List<ReloadedBundle> bundles, Duration pause, Scheduler scheduler) {
        bundles.forEach(bundle -> this.reloaded.put(bundle.name(), bundle));
        if (!bundles.isEmpty()) {
            this.looks.update(scheduler.schedulePeriodically(
                    this::lookAtFiles, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS));
        }
    }

    private void lookAtFiles() {
        this.reloaded.values().forEach(this::lookAtFiles);
    }

    private synchronized void lookAtFiles(ReloadedBundle bundle) {
        switch (bundle.files().look()) {
            case NEW -> update(bundle.name(), bundle.loader(), false);
            case SAME -> {
                // A certificate that is not valid yet becomes valid in the same file.
                if (this.refused.contains(bundle.name())) {
                    update(bundle.name(), bundle.loader(), true);
                }
            }
            case CHANGING -> {}
        }
    }

    /** Called by Spring Boot's watcher when the files have been quiet. */
    @Override
    public synchronized void updateBundle(String name, SslBundle updatedBundle) {
        ReloadedBundle bundle = this.reloaded.get(name);
        if (bundle == null || bundle.files().take()) {
            update(name, () -> updatedBundle, false);
        }
    }

    private void update(String name, Supplier<SslBundle> loader, boolean again) {
        try {
            SslBundle updated = loader.get();
            if (updated.getStores().getKeyStore() == null) {
                updated.getManagers().getTrustManagers();
            } else {
                CertificateCheck.requireUsable(updated);
                CertificateCheck.requireValid(updated);
            }
            super.updateBundle(name, updated);
        } catch (GeneralSecurityException | RuntimeException ex) {
            this.refused.add(name);
            if (!again) {
                this.failures.increment();
                BundleFailure failure = BundleFailure.of(name, ex);
                logger.error("The update of the SSL bundle '%s' cannot be used and the one before it stays: %s. %s"
                        .formatted(name, failure.reason(), failure.action()));
            }
            return;
        }
        this.refused.remove(name);
        this.successes.increment();
        logger.info("The SSL bundle '%s' was updated".formatted(name));
    }

    @Override
    public void destroy() {
        this.looks.dispose();
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
