package dev.tcpecho.probe.client;

import java.io.IOException;
import java.net.Socket;
import java.security.KeyManagementException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The TLS of a client.
 *
 * @param context whom the client trusts, and its own certificate
 * @param serverName the name to ask for; that of the target if null
 * @param protocols application protocols to offer (ALPN), the one that is liked best first
 * @param hasCertificate whether the client has a certificate to show
 */
public record ClientTls(
        SSLContext context, @Nullable SNIServerName serverName, List<String> protocols, boolean hasCertificate) {

    /**
     * Trusts every certificate.
     *
     * @return a factory of sockets that encrypt, and do not tell with whom
     */
    public static SSLSocketFactory trustingEveryone() {
        return context(null, new TrustingEveryone()).getSocketFactory();
    }

    /**
     * Makes the context of a client.
     *
     * @param keys who has the client's certificate; null for none
     * @param trust whom to trust; null for the authorities that Java trusts
     */
    public static SSLContext context(KeyManager @Nullable [] keys, TrustManager @Nullable ... trust) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust, null);
            return context;
        } catch (NoSuchAlgorithmException | KeyManagementException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** Puts TLS on a connection. The handshake is the caller's. */
    SSLSocket over(Socket socket, Target target) throws IOException {
        SSLSocket tls =
                (SSLSocket) this.context.getSocketFactory().createSocket(socket, host(target), port(target), true);
        tls.setSSLParameters(parameters(tls.getSSLParameters()));
        return tls;
    }

    /** Returns what speaks TLS for a connection whose bytes somebody else moves. The handshake is the caller's. */
    public SSLEngine engine(Target target) {
        SSLEngine engine = this.context.createSSLEngine(host(target), port(target));
        engine.setUseClientMode(true);
        engine.setSSLParameters(parameters(engine.getSSLParameters()));
        return engine;
    }

    /** A Unix socket has no name that a certificate could have. */
    private static String host(Target target) {
        return (target instanceof Target.Tcp tcp) ? tcp.host() : "localhost";
    }

    private static int port(Target target) {
        return (target instanceof Target.Tcp tcp) ? tcp.port() : 0;
    }

    private SSLParameters parameters(SSLParameters parameters) {
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        if (this.serverName != null) {
            parameters.setServerNames(List.of(this.serverName));
        }
        parameters.setApplicationProtocols(this.protocols.toArray(String[]::new));
        return parameters;
    }

    /** Extended, as Java itself checks the certificates for one that is not. */
    static final class TrustingEveryone extends X509ExtendedTrustManager {

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
