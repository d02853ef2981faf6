package dev.tcpecho.tls;

import dev.tcpecho.tls.keys.KeyPairCheck;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;
import org.springframework.boot.ssl.SslBundle;

/** Finds out whether an SSL bundle can serve: Java finds a certificate with another's key out only in handshakes. */
final class CertificateCheck {

    /** The types of keys that Java's TLS engine asks a key manager for. */
    private static final List<String> KEY_TYPES = List.of("EC", "EdDSA", "RSA", "RSASSA-PSS", "DSA");

    private CertificateCheck() {}

    /**
     * Requires a readable trust store, if there is one, and a key of its certificate for all that may be served: the
     * key that {@code key.alias} names, or every key where none is named.
     *
     * @throws GeneralSecurityException if it has not
     * @throws RuntimeException if one of them cannot be read
     */
    static void requireUsable(SslBundle bundle) throws GeneralSecurityException {
        bundle.getManagers().getTrustManagers();
        for (Served served : served(bundle)) {
            served.requirePair();
        }
    }

    /** Requires that every certificate that may be served is valid today. */
    static void requireValid(SslBundle bundle) throws GeneralSecurityException {
        for (Served served : served(bundle)) {
            served.requireValid();
        }
    }

    /** Asks the key managers, as Java's TLS engine does: other entries of the key store are never served. */
    static List<Served> served(SslBundle bundle) throws CertificateException {
        List<Served> served = new ArrayList<>();
        for (KeyManager manager : bundle.getManagers().getKeyManagers()) {
            X509KeyManager keys = (X509KeyManager) manager;
            for (String alias : aliases(bundle, keys)) {
                served.add(Served.of(keys, alias));
            }
        }
        if (served.isEmpty()) {
            throw new CertificateException("it has no certificate with a private key");
        }
        return served;
    }

    private static Set<String> aliases(SslBundle bundle, X509KeyManager keys) {
        String chosen = bundle.getKey().getAlias();
        if (chosen != null) {
            return Set.of(chosen);
        }
        Set<String> aliases = new TreeSet<>();
        for (String type : KEY_TYPES) {
            String[] ofType = keys.getServerAliases(type, null);
            aliases.addAll((ofType == null) ? List.of() : List.of(ofType));
        }
        return aliases;
    }

    /**
     * A key that may be served, with its certificate.
     *
     * @param alias its name in the key store
     * @param key the private key
     * @param chain the certificate, and those of its authorities
     */
    record Served(String alias, PrivateKey key, List<X509Certificate> chain) {

        static Served of(X509KeyManager keys, String alias) throws CertificateException {
            PrivateKey key = keys.getPrivateKey(alias);
            X509Certificate[] chain = keys.getCertificateChain(alias);
            if (key == null || chain == null) {
                throw new CertificateException(
                        "it has no certificate with a private key under the alias '%s', in exactly this spelling"
                                .formatted(alias));
            }
            return new Served(alias, key, List.of(chain));
        }

        void requirePair() throws GeneralSecurityException {
            if (!KeyPairCheck.isPair(this.key, certificate().getPublicKey())) {
                throw new CertificateException(
                        "the private key '%s' is not that of its certificate, %s".formatted(this.alias, subject()));
            }
        }

        void requireValid() throws CertificateException {
            Instant from = certificate().getNotBefore().toInstant();
            Instant to = certificate().getNotAfter().toInstant();
            Instant now = Instant.now();
            if (now.isBefore(from) || now.isAfter(to)) {
                throw new CertificateException("the certificate '%s', %s, is only valid from %s to %s"
                        .formatted(this.alias, subject(), from, to));
            }
        }

        private String subject() {
            return certificate().getSubjectX500Principal().getName();
        }

        private X509Certificate certificate() {
            return this.chain.get(0);
        }
    }
}
