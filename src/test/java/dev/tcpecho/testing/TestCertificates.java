package dev.tcpecho.testing;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.ExtendedKeyUsage;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** A certificate authority, what it issues, and what clients make of it. */
public final class TestCertificates {

    /** Longer than the time before the end in which the service warns. */
    private static final Duration VALIDITY = Duration.ofDays(90);

    private final X509Bundle authority;

    public TestCertificates() throws Exception {
        this.authority = new CertificateBuilder()
                .ecp256()
                .subject("CN=Test Authority")
                .setIsCertificateAuthority(true)
                .notAfter(Instant.now().plus(VALIDITY))
                .buildSelfSigned();
    }

    public X509Bundle issue(String name) throws Exception {
        return builder(name).buildIssuedBy(this.authority);
    }

    public X509Bundle issueExpired(String name) throws Exception {
        return builder(name)
                .notBefore(Instant.now().minus(Duration.ofDays(2)))
                .notAfter(Instant.now().minus(Duration.ofDays(1)))
                .buildIssuedBy(this.authority);
    }

    public X509Bundle issueForLater(String name, Instant notBefore) throws Exception {
        return builder(name).notBefore(notBefore).buildIssuedBy(this.authority);
    }

    public X509Bundle issueFor(String name, KeyPair keys) throws Exception {
        return builder(name).keyPair(keys).buildIssuedBy(this.authority);
    }

    public X509Bundle issueUntil(String name, Instant end) throws Exception {
        return builder(name).notAfter(end).buildIssuedBy(this.authority);
    }

    /** Issues a certificate that is for servers and nobody else. */
    public X509Bundle issueForServers(String name) throws Exception {
        return builder(name)
                .addExtendedKeyUsage(ExtendedKeyUsage.PKIX_KP_SERVER_AUTH)
                .buildIssuedBy(this.authority);
    }

    /** Issues a certificate through other authorities, each of which is issued by the one before. */
    public X509Bundle issueThrough(int authorities, String name) throws Exception {
        X509Bundle issuer = this.authority;
        for (int i = 0; i < authorities; i++) {
            issuer = new CertificateBuilder()
                    .ecp256()
                    .subject("CN=Test Authority " + i)
                    .setIsCertificateAuthority(true)
                    .notAfter(Instant.now().plus(VALIDITY))
                    .buildIssuedBy(issuer);
        }
        return builder(name).buildIssuedBy(issuer);
    }

    private static CertificateBuilder builder(String name) {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .addSanDnsName("localhost")
                .notAfter(Instant.now().plus(VALIDITY));
    }

    /** Writes a certificate and its key as Kubernetes does for a secret of type kubernetes.io/tls. */
    public void write(X509Bundle certificate, Path directory) throws Exception {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("tls.crt"), certificate.getCertificatePathPEM());
        Files.writeString(directory.resolve("tls.key"), certificate.getPrivateKeyPEM());
        Files.writeString(directory.resolve("ca.crt"), this.authority.getCertificatePEM());
    }

    /** A client that knows this authority, with a certificate of its own or none. */
    public SSLContext client(@Nullable X509Bundle certificate) throws Exception {
        return client((certificate == null) ? null : certificate.toKeyManagerFactory());
    }

    /** A client that shows a certificate whose key it does not have. */
    public SSLContext clientWithAnotherKey(X509Bundle certificate, X509Bundle key) throws Exception {
        char[] password = "secret".toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("client", key.getKeyPair().getPrivate(), password, certificate.getCertificatePath());
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        return client(keys);
    }

    private SSLContext client(@Nullable KeyManagerFactory factory) throws Exception {
        KeyManager[] keys = (factory == null) ? null : factory.getKeyManagers();
        TrustManager[] trust = {this.authority.toTrustManager()};
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trust, null);
        return context;
    }

    /** The properties of the SSL bundle {@code tls} in a directory that was written. */
    public static String[] bundle(Path directory, String... more) {
        String pem = "spring.ssl.bundle.pem.tls.";
        String[] properties = {
            pem + "keystore.certificate=file:" + directory.resolve("tls.crt"),
            pem + "keystore.private-key=file:" + directory.resolve("tls.key"),
            pem + "truststore.certificate=file:" + directory.resolve("ca.crt"),
            "echo.listeners.plain.ssl.bundle=tls"
        };
        return Stream.concat(Arrays.stream(properties), Arrays.stream(more)).toArray(String[]::new);
    }
}
