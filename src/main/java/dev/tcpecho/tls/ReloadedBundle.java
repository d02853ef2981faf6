package dev.tcpecho.tls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.ssl.JksSslBundleProperties;
import org.springframework.boot.autoconfigure.ssl.PemSslBundleProperties;
import org.springframework.boot.autoconfigure.ssl.PropertiesSslBundle;
import org.springframework.boot.autoconfigure.ssl.SslProperties;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.StringUtils;

/**
 * An SSL bundle of the configuration that has {@code reload-on-update}.
 *
 * @param name its name
 * @param files its files
 * @param loader what makes it anew, as Spring Boot does
 */
record ReloadedBundle(String name, BundleFiles files, Supplier<SslBundle> loader) {

    /** Returns those of the configuration, which Spring Boot has found to be in files. */
    static List<ReloadedBundle> of(SslProperties.Bundles bundles, ResourceLoader resources) {
        List<ReloadedBundle> reloaded = new ArrayList<>();
        bundles.getPem().forEach((name, pem) -> {
            if (pem.isReloadOnUpdate()) {
                reloaded.add(
                        new ReloadedBundle(name, files(resources, pem), () -> PropertiesSslBundle.get(pem, resources)));
            }
        });
        bundles.getJks().forEach((name, jks) -> {
            if (jks.isReloadOnUpdate()) {
                reloaded.add(
                        new ReloadedBundle(name, files(resources, jks), () -> PropertiesSslBundle.get(jks, resources)));
            }
        });
        return reloaded;
    }

    private static BundleFiles files(ResourceLoader resources, PemSslBundleProperties pem) {
        return files(
                resources,
                pem.getKeystore().getCertificate(),
                pem.getKeystore().getPrivateKey(),
                pem.getTruststore().getCertificate(),
                pem.getTruststore().getPrivateKey());
    }

    private static BundleFiles files(ResourceLoader resources, JksSslBundleProperties jks) {
        return files(
                resources, jks.getKeystore().getLocation(), jks.getTruststore().getLocation());
    }

    private static BundleFiles files(ResourceLoader resources, @Nullable String... locations) {
        return new BundleFiles(Stream.of(locations)
                .filter(StringUtils::hasText)
                .map(location -> path(resources, location))
                .collect(Collectors.toSet()));
    }

    private static Path path(ResourceLoader resources, String location) {
        try {
            return resources.getResource(location).getFile().toPath().toAbsolutePath();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}
