package dev.tcpecho.tls;

import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.ssl.SslBundleRegistrar;
import org.springframework.boot.autoconfigure.ssl.SslProperties;
import org.springframework.boot.io.ApplicationResourceLoader;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ResourceLoader;
import reactor.core.scheduler.Schedulers;

/** Puts the registry of SSL bundles that checks updates in the place of Spring Boot's. */
@Configuration(proxyBeanMethods = false)
class TlsConfiguration {

    /** However short the quiet period is, the files are not read without a pause. */
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);

    @Bean
    ReloadableSslBundles sslBundleRegistry(
            ObjectProvider<SslBundleRegistrar> registrars, SslProperties properties, ResourceLoader resources) {
        ReloadableSslBundles bundles = new ReloadableSslBundles();
        registrars.orderedStream().forEach(registrar -> registrar.registerBundles(bundles));
        bundles.watch(
                ReloadedBundle.of(properties.getBundle(), ApplicationResourceLoader.get(resources, true)),
                pause(properties.getBundle().getWatch().getFile().getQuietPeriod()),
                Schedulers.boundedElastic());
        return bundles;
    }

    /** As long as Spring Boot's watcher waits for files to be quiet. */
    private static Duration pause(Duration quietPeriod) {
        return (quietPeriod.compareTo(SHORTEST_PAUSE) < 0) ? SHORTEST_PAUSE : quietPeriod;
    }
}
