package dev.tcpecho.tls;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tcpecho.testing.TestCertificates;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslStoreBundle;

/** What would be served is checked, and nothing else. */
class CertificateCheckTests {

    private static final String PASSWORD = "secret";

    private static TestCertificates certificates;

    private static X509Bundle good;

    private static X509Bundle expired;

    private KeyStore store;

    @BeforeAll
    static void issue() throws Exception {
        certificates = new TestCertificates();
        good = certificates.issue("good");
        expired = certificates.issueExpired("expired");
    }

    @BeforeEach
    void createStore() throws Exception {
        this.store = KeyStore.getInstance("PKCS12");
        this.store.load(null, null);
    }

    private void add(String alias, X509Bundle certificate, X509Bundle key) throws Exception {
        this.store.setKeyEntry(
                alias, key.getKeyPair().getPrivate(), PASSWORD.toCharArray(), certificate.getCertificatePath());
    }

    private SslBundle bundle(String alias) {
        return SslBundle.of(SslStoreBundle.of(this.store, PASSWORD, null), SslBundleKey.of(PASSWORD, alias));
    }

    private static void check(SslBundle bundle) throws Exception {
        CertificateCheck.requireUsable(bundle);
        CertificateCheck.requireValid(bundle);
    }

    @Test
    void keyOfTheAliasCountsAndNoOther() throws Exception {
        add("good", good, good);
        add("expired", expired, expired);
        add("swapped", good, expired);
        this.store.setCertificateEntry("authority", expired.getCertificate());
        assertThatCode(() -> check(bundle("good"))).doesNotThrowAnyException();
        assertThatExceptionOfType(CertificateException.class)
                .isThrownBy(() -> check(bundle("expired")))
                .withMessageMatching("the certificate 'expired', CN=expired, is only valid from \\S+Z to \\S+Z");
        assertThatExceptionOfType(CertificateException.class)
                .isThrownBy(() -> check(bundle("swapped")))
                .withMessage("the private key 'swapped' is not that of its certificate, CN=good");
    }

    @Test
    void withoutAnAliasEveryKeyCountsButNoAuthority() throws Exception {
        add("good", good, good);
        this.store.setCertificateEntry("authority", expired.getCertificate());
        assertThatCode(() -> check(bundle(null))).doesNotThrowAnyException();
        add("expired", expired, expired);
        assertThatExceptionOfType(CertificateException.class)
                .isThrownBy(() -> check(bundle(null)))
                .withMessageStartingWith("the certificate 'expired', CN=expired, is only valid from ");
    }

    /** A key store finds an alias in any spelling, but Java's key manager does not: no handshake would succeed. */
    @ParameterizedTest
    @ValueSource(strings = {"Good", "authority"})
    void aliasThatServesNothingIsRefused(String alias) throws Exception {
        add("good", good, good);
        this.store.setCertificateEntry("authority", good.getCertificate());
        assertThatExceptionOfType(CertificateException.class)
                .isThrownBy(() -> check(bundle(alias)))
                .withMessage(
                        "it has no certificate with a private key under the alias '%s', in exactly this spelling",
                        alias);
    }

    @Test
    void storeWithoutAKeyIsRefused() throws Exception {
        this.store.setCertificateEntry("authority", good.getCertificate());
        assertThatExceptionOfType(CertificateException.class)
                .isThrownBy(() -> check(bundle(null)))
                .withMessage("it has no certificate with a private key");
    }

    @ParameterizedTest
    @EnumSource(names = {"ecp256", "ecp384", "rsa2048", "ed25519"})
    void everyKindOfKeyFitsItsCertificateAndNoOther(CertificateBuilder.Algorithm algorithm) throws Exception {
        requireKind(
                algorithm.generateKeyPair(new java.security.SecureRandom()),
                algorithm.generateKeyPair(new java.security.SecureRandom()));
    }

    @Test
    void keyOfRsassaPssFitsItsCertificateAndNoOther() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSASSA-PSS");
        generator.initialize(2048);
        requireKind(generator.generateKeyPair(), generator.generateKeyPair());
    }

    @Test
    void keyOfRsassaPssThatIsRestrictedToItsParametersFitsItsCertificateAndNoOther() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSASSA-PSS");
        generator.initialize(new RSAKeyGenParameterSpec(
                2048,
                RSAKeyGenParameterSpec.F4,
                new PSSParameterSpec("SHA-512", "MGF1", MGF1ParameterSpec.SHA512, 64, 1)));
        requireKind(generator.generateKeyPair(), generator.generateKeyPair());
    }

    private void requireKind(KeyPair keys, KeyPair others) throws Exception {
        X509Bundle certificate = certificates.issueFor("kind", keys);
        add("kind", certificate, certificate);
        assertThatCode(() -> check(bundle(null))).doesNotThrowAnyException();
        add("kind", certificate, certificates.issueFor("other", others));
        assertThatExceptionOfType(CertificateException.class)
                .isThrownBy(() -> check(bundle(null)))
                .withMessage("the private key 'kind' is not that of its certificate, CN=kind");
    }

    @Test
    void keyOfAnotherKindIsRefused() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        add("kind", good, certificates.issueFor("other", generator.generateKeyPair()));
        assertThatExceptionOfType(CertificateException.class)
                .isThrownBy(() -> check(bundle(null)))
                .withMessage("the private key 'kind' is not that of its certificate, CN=good");
    }
}
