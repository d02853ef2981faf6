package dev.tcpecho.tls;

import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Judges the certificate of a client that resumes a session (RFC 8446, section 2.2). Java's TLS engine takes it from
 * the session and asks no trust manager again: a certificate that has expired since then would be as good as a valid
 * one.
 */
final class ClientTrust {

    private static final X509Certificate[] NONE = {};

    private final TrustManager[] managers;

    /**
     * Starts with who knows the clients.
     *
     * @param managers the trust managers that judge the certificates of handshakes that resume nothing
     */
    ClientTrust(TrustManager[] managers) {
        this.managers = managers;
    }

    /**
     * Requires that the client of a handshake is trusted now.
     *
     * @param session the session of a handshake that has succeeded
     * @param startMillis when the handshake began, in milliseconds since 1970
     * @throws CertificateException if the handshake resumed a session whose certificate is not trusted any more
     */
    void requireTrusted(SSLSession session, long startMillis) throws CertificateException {
        X509Certificate[] chain = isResumed(session, startMillis) ? certificates(session) : NONE;
        if (chain.length == 0) {
            return;
        }
        String keyType = chain[0].getPublicKey().getAlgorithm();
        for (TrustManager manager : this.managers) {
            if (manager instanceof X509TrustManager judge) {
                judge.checkClientTrusted(chain, keyType);
            }
        }
    }

    /** A session keeps its time when it is resumed. One of the future is an older one too: the clock was set back. */
    private static boolean isResumed(SSLSession session, long startMillis) {
        long created = session.getCreationTime();
        return created < startMillis || created > System.currentTimeMillis();
    }

    /** Returns the client's certificate and those that led to it; none if it showed none. */
    private static X509Certificate[] certificates(SSLSession session) {
        try {
            Certificate[] certificates = session.getPeerCertificates();
            return Arrays.copyOf(certificates, certificates.length, X509Certificate[].class);
        } catch (SSLPeerUnverifiedException ex) {
            return NONE;
        }
    }
}
