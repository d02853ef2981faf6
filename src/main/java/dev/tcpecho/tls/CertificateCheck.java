package dev.tcpecho.tls;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.core.NestedExceptionUtils;

/** Finds out whether an SSL bundle can serve: Java finds a certificate with another's key out only in handshakes. */
final class CertificateCheck {

    private CertificateCheck() {}

    /**
     * Requires a readable trust store, if there is one, and a key store with a key that is its certificate's.
     *
     * @throws GeneralSecurityException if it has not
     * @throws RuntimeException if one of them cannot be read
     */
    static void requireUsable(SslBundle bundle) throws GeneralSecurityException {
        bundle.getStores().getTrustStore();
        KeyStore keys = bundle.getStores().getKeyStore();
        boolean found = false;
        if (keys != null) {
            for (String alias : Collections.list(keys.aliases())) {
                Key key = keys.getKey(alias, password(bundle));
                Certificate certificate = keys.getCertificate(alias);
                if (key instanceof PrivateKey privateKey && certificate != null) {
                    requirePair(privateKey, certificate.getPublicKey());
                    found = true;
                }
            }
        }
        if (!found) {
            throw new CertificateException("it has no certificate with a private key");
        }
        bundle.createSslContext();
    }

    /** Requires that the certificates of every key are valid today. */
    static void requireValid(SslBundle bundle) throws GeneralSecurityException {
        KeyStore keys = Objects.requireNonNull(bundle.getStores().getKeyStore());
        for (String alias : Collections.list(keys.aliases())) {
            if (keys.getCertificate(alias) instanceof X509Certificate certificate) {
                certificate.checkValidity();
            }
        }
    }

    private static char @Nullable [] password(SslBundle bundle) {
        String password = bundle.getKey().getPassword();
        if (password == null) {
            password = bundle.getStores().getKeyStorePassword();
        }
        return (password == null) ? null : password.toCharArray();
    }

    private static void requirePair(PrivateKey privateKey, PublicKey publicKey) throws GeneralSecurityException {
        String algorithm = switch (privateKey.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "DSA" -> "SHA256withDSA";
            default -> privateKey.getAlgorithm();
        };
        if (!privateKey.getAlgorithm().equals(publicKey.getAlgorithm()) || !signs(algorithm, privateKey, publicKey)) {
            throw new CertificateException("its private key is not that of its certificate");
        }
    }

    private static boolean signs(String algorithm, PrivateKey privateKey, PublicKey publicKey)
            throws GeneralSecurityException {
        byte[] message = {1, 2, 3};
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(privateKey);
        signature.update(message);
        byte[] signed = signature.sign();
        signature.initVerify(publicKey);
        signature.update(message);
        return signature.verify(signed);
    }

    /** Returns the most telling message of a failure, on one line and without a full stop. */
    static String reason(Exception failure) {
        Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
        String message = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
        return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    }
}
