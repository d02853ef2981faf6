package dev.tcpecho.tls;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.ssl.SslBundleRegistrar;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts the registry of SSL bundles that checks updates in the place of Spring Boot's. */
@Configuration(proxyBeanMethods = false)
class TlsConfiguration {

    @Bean
    ReloadableSslBundles sslBundleRegistry(ObjectProvider<SslBundleRegistrar> registrars) {
        ReloadableSslBundles bundles = new ReloadableSslBundles();
        registrars.orderedStream().forEach(registrar -> registrar.registerBundles(bundles));
        return bundles;
    }
}
