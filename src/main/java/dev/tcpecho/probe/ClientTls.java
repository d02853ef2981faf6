package dev.tcpecho.probe;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyManagementException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** The TLS of a client, by whom it trusts. */
public final class ClientTls {

    private ClientTls() {}

    /** Trusts the authorities that Java trusts. */
    static SSLSocketFactory trustingJava() {
        return factory((TrustManager[]) null);
    }

    /**
     * Trusts every certificate.
     *
     * @return a factory of sockets that encrypt, and do not tell with whom
     */
    public static SSLSocketFactory trustingEveryone() {
        return factory(new TrustingEveryone());
    }

    /**
     * Trusts the certificates in a PEM file.
     *
     * @throws IOException if it cannot be read
     * @throws CertificateException if a certificate in it cannot, or there is none
     */
    static SSLSocketFactory trusting(Path file) throws IOException, CertificateException {
        Collection<? extends Certificate> certificates;
        try (InputStream pem = Files.newInputStream(file)) {
            certificates = CertificateFactory.getInstance("X.509").generateCertificates(pem);
        }
        if (certificates.isEmpty()) {
            throw new CertificateException("No certificate in " + file);
        }
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (Certificate certificate : certificates) {
                store.setCertificateEntry(String.valueOf(store.size()), certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            return factory(trust.getTrustManagers());
        } catch (KeyStoreException | NoSuchAlgorithmException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static SSLSocketFactory factory(TrustManager @Nullable ... trust) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust, null);
            return context.getSocketFactory();
        } catch (NoSuchAlgorithmException | KeyManagementException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** Extended, as Java itself checks the certificates for one that is not. */
    private static final class TrustingEveryone extends X509ExtendedTrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
