package dev.tcpecho.tls;

import dev.tcpecho.EchoConfigurationException;
import dev.tcpecho.EchoProperties;
import dev.tcpecho.metrics.HandshakeMetrics;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.web.server.Ssl;

/**
 * The TLS of one listener, versions 1.2 and 1.3. When its SSL bundle is updated, new connections see the new
 * certificate, and those that are open go on with theirs.
 */
public final class ListenerTls {

    private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    static {
        // A TLS 1.2 client could have handshakes, which cost this side most, one after another on one connection.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        // Java would refuse server names with an underscore or a dot at the end, which Compose and Istio send.
        ignoreInJava("server_name");
    }

    /** Has Java's TLS engine pass over an extension of clients (JDK-8217633), beside those that are set already. */
    private static void ignoreInJava(String extension) {
        String property = "jdk.tls.server.disableExtensions";
        String others = System.getProperty(property);
        System.setProperty(property, (others == null) ? extension : others + "," + extension);
    }

    private final String listener;

    private final EchoProperties.Ssl ssl;

    private final HandshakeMetrics handshakes;

    private final Duration closeTimeout;

    private final CertificateExpiryLog expiry;

    private volatile SslContext context;

    private volatile ClientTrust clients;

    /**
     * Takes the certificate from a bundle, and follows its updates.
     *
     * @param listener the listener's name
     * @param ssl the listener's configuration, with the name of a bundle
     * @param bundles where the bundle is
     * @param handshakes what counts handshakes
     * @param closeTimeout how long the last record may take
     * @param expiryWarning how long before its end a certificate is told of
     * @throws EchoConfigurationException if there is no such bundle, or it cannot be used
     */
    public ListenerTls(
            String listener,
            EchoProperties.Ssl ssl,
            SslBundles bundles,
            HandshakeMetrics handshakes,
            Duration closeTimeout,
            Duration expiryWarning) {
        this.listener = listener;
        this.ssl = ssl;
        this.handshakes = handshakes;
        this.closeTimeout = closeTimeout;
        this.expiry = new CertificateExpiryLog(listener, ssl.bundle(), expiryWarning, InstantSource.system());
        SslBundle bundle = bundle(bundles);
        this.context = newContext(bundle);
        this.clients = newClientTrust(bundle);
        bundles.addBundleUpdateHandler(ssl.bundle(), updated -> {
            this.context = newContext(updated);
            this.clients = newClientTrust(updated);
        });
    }

    private SslBundle bundle(SslBundles bundles) {
        try {
            return bundles.getBundle(this.ssl.bundle());
        } catch (NoSuchSslBundleException ex) {
            throw new EchoConfigurationException(
                    "echo.listeners.%s.ssl.bundle is '%s', which is no SSL bundle."
                            .formatted(this.listener, this.ssl.bundle()),
                    "Configure that bundle under spring.ssl.bundle.pem or spring.ssl.bundle.jks%s."
                            .formatted(
                                    bundles.getBundleNames().isEmpty()
                                            ? ""
                                            : ", or name one of: " + String.join(", ", bundles.getBundleNames())),
                    "echo.listeners.%s.ssl.bundle".formatted(this.listener));
        }
    }

    private SslContext newContext(SslBundle bundle) {
        try {
            CertificateCheck.requireUsable(bundle);
            SslContext context = SslContextBuilder.forServer(
                            bundle.getManagers().getKeyManagerFactory())
                    .sslProvider(SslProvider.JDK)
                    .trustManager(bundle.getManagers().getTrustManagerFactory())
                    .clientAuth(clientAuth(bundle))
                    .protocols(protocols(bundle.getOptions()))
                    .ciphers(SslOptions.asSet(bundle.getOptions().getCiphers()))
                    .build();
            // Java finds a cipher suite that it does not have out only here, for each connection.
            context.newEngine(ByteBufAllocator.DEFAULT);
            this.expiry.serve(bundle);
            return context;
        } catch (IOException | GeneralSecurityException | RuntimeException ex) {
            BundleFailure failure = BundleFailure.of(this.ssl.bundle(), ex);
            throw new EchoConfigurationException(
                    "The SSL bundle '%s' cannot be used by the listener '%s': %s."
                            .formatted(this.ssl.bundle(), this.listener, failure.reason()),
                    failure.action(),
                    "echo.listeners.%s.ssl.bundle".formatted(this.listener));
        }
    }

    private static ClientTrust newClientTrust(SslBundle bundle) {
        return new ClientTrust(bundle.getManagers().getTrustManagers());
    }

    /** Without a trust store Java would believe every public certificate authority, and with an empty one nobody. */
    private ClientAuth clientAuth(SslBundle bundle) throws KeyStoreException {
        if (this.ssl.clientAuth() != Ssl.ClientAuth.NONE) {
            KeyStore trusted = bundle.getStores().getTrustStore();
            if (trusted == null || trusted.size() == 0) {
                throw new IllegalStateException("ssl.client-auth is '%s', but the bundle has %s to know clients by"
                        .formatted(
                                this.ssl.clientAuth().name().toLowerCase(Locale.ROOT),
                                (trusted == null) ? "no trust store" : "an empty trust store"));
            }
        }
        return Ssl.ClientAuth.map(this.ssl.clientAuth(), ClientAuth.NONE, ClientAuth.OPTIONAL, ClientAuth.REQUIRE);
    }

    private static List<String> protocols(SslOptions options) {
        List<String> enabled =
                (options.getEnabledProtocols() == null) ? PROTOCOLS : List.of(options.getEnabledProtocols());
        if (!PROTOCOLS.containsAll(enabled)) {
            throw new IllegalStateException("it enables %s, and only TLSv1.2 and TLSv1.3 are safe".formatted(enabled));
        }
        return enabled;
    }

    HandshakeMetrics handshakes() {
        return this.handshakes;
    }

    ClientTrust clients() {
        return this.clients;
    }

    SslHandler newHandler(ByteBufAllocator allocator) {
        this.expiry.look();
        SslHandler handler = this.context.newHandler(allocator);
        // TlsHandshake has its own, which reads what has arrived before.
        handler.setHandshakeTimeoutMillis(0);
        handler.setCloseNotifyFlushTimeoutMillis(this.closeTimeout.toMillis());
        return handler;
    }
}
