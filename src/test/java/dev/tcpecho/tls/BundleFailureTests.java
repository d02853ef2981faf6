package dev.tcpecho.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchException;

import dev.tcpecho.testing.TestCertificates;
import io.netty.pkitesting.X509Bundle;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.jks.JksSslStoreBundle;
import org.springframework.boot.ssl.jks.JksSslStoreDetails;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/** Who cannot have a bundle is told why in plain words, and what helps. */
class BundleFailureTests {

    private static final String CONVERT = "Convert the key of spring.ssl.bundle.pem.tls.keystore.private-key to PKCS#8"
            + " with PBES2: openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD.key -out NEW.key";

    /** What stands around an encrypted key; the key itself is zeros. */
    private static final String ENCRYPTED_WITH_SCRYPT = encrypted(
            "MGMwTwYJKoZIhvcNAQUNMEIwIQYJKwYBBAHaRwQLMBQECAAAAAAAAAAAAgJAAAIBCAIBATAdBglghkgBZQMEASoEEAAAAAAAAAAAAAAAAAAAAAAE"
                    + "EAAAAAAAAAAAAAAAAAAAAAA=");

    private static final String ENCRYPTED_WITH_PBES2 = encrypted(
            "MGswVwYJKoZIhvcNAQUNMEowKQYJKoZIhvcNAQUMMBwECAAAAAAAAAAAAgIIADAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQAAAAAAAAAAAA"
                    + "AAAAAAAAAAQQAAAAAAAAAAAAAAAAAAAAAA==");

    private static final String ENCRYPTED_IN_ANOTHER_WAY =
            encrypted("MCswFwYJKwYBBAHaRwUBMAoECAAAAAAAAAAABBAAAAAAAAAAAAAAAAAAAAAA");

    @TempDir
    private static Path directory;

    private static X509Bundle certificate;

    @BeforeAll
    static void issue() throws Exception {
        certificate = new TestCertificates().issue("server");
    }

    private static String encrypted(String content) {
        return "-----BEGIN ENCRYPTED PRIVATE KEY-----\n%s\n-----END ENCRYPTED PRIVATE KEY-----\n".formatted(content);
    }

    private static BundleFailure failure(String key, @Nullable String password) {
        return failure(SslBundle.of(new PemSslStoreBundle(
                PemSslStoreDetails.forCertificate(certificate.getCertificatePEM())
                        .withPrivateKey(key)
                        .withPrivateKeyPassword(password),
                null)));
    }

    private static BundleFailure failure(SslBundle bundle) {
        return BundleFailure.of("tls", catchException(() -> CertificateCheck.requireUsable(bundle)));
    }

    @Test
    void keyThatJavaCannotDecryptIsToBeConverted() {
        BundleFailure convert = new BundleFailure(
                "its private key is encrypted in a way that Java cannot read, for example with scrypt", CONVERT);
        assertThat(failure(ENCRYPTED_WITH_SCRYPT, "secret")).isEqualTo(convert);
        assertThat(failure(ENCRYPTED_IN_ANOTHER_WAY, "secret")).isEqualTo(convert);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC"})
    void encryptedKeyOfAnOldFormatIsToBeConverted(String algorithm) {
        String key = """
                -----BEGIN %s PRIVATE KEY-----
                Proc-Type: 4,ENCRYPTED
                DEK-Info: AES-256-CBC,00000000000000000000000000000000

                AAAAAAAAAAAAAAAAAAAAAA==
                -----END %s PRIVATE KEY-----
                """.formatted(algorithm, algorithm);
        assertThat(failure(key, "secret"))
                .isEqualTo(new BundleFailure(
                        "its private key is missing, or has a format that cannot be read, for example encrypted PKCS#1",
                        CONVERT));
    }

    @Test
    void missingOrWrongPasswordIsToBeCorrected() {
        String property = "spring.ssl.bundle.pem.tls.keystore.private-key-password.";
        assertThat(failure(ENCRYPTED_WITH_PBES2, null))
                .isEqualTo(new BundleFailure("its private key is encrypted, and has no password", "Set " + property));
        assertThat(failure(ENCRYPTED_WITH_PBES2, "wrong"))
                .isEqualTo(new BundleFailure("the password does not decrypt its private key", "Correct " + property));
    }

    @ParameterizedTest
    @ValueSource(strings = {"JKS", "PKCS12"})
    void wrongPasswordOfAStoreOrOfAKeyInItIsToBeCorrected(String type) throws Exception {
        Path file = directory.resolve("server." + type);
        try (OutputStream out = Files.newOutputStream(file)) {
            KeyStore store = KeyStore.getInstance(type);
            store.load(null, null);
            store.setKeyEntry(
                    "server",
                    certificate.getKeyPair().getPrivate(),
                    "secret".toCharArray(),
                    certificate.getCertificatePath());
            store.store(out, "secret".toCharArray());
        }
        assertThat(failure(store(file, type, "wrong", null)))
                .isEqualTo(new BundleFailure(
                        "the password does not open its key store or trust store",
                        "Correct spring.ssl.bundle.jks.tls.keystore.password or truststore.password."));
        assertThat(failure(store(file, type, "secret", "wrong")))
                .isEqualTo(new BundleFailure(
                        "the password does not decrypt its private key",
                        "Correct spring.ssl.bundle.jks.tls.key.password."));
    }

    private static SslBundle store(Path file, String type, String password, @Nullable String keyPassword) {
        return SslBundle.of(
                new JksSslStoreBundle(new JksSslStoreDetails(type, null, "file:" + file, password), null),
                SslBundleKey.of(keyPassword, null));
    }

    @Test
    void everythingElseIsToldInJavasWordsOnOneLine() {
        assertThat(BundleFailure.of("tls", new IllegalStateException("outer", new RuntimeException("a.\nb"))))
                .isEqualTo(new BundleFailure("a", "Correct spring.ssl.bundle.*.tls, or what it refers to."));
    }
}
