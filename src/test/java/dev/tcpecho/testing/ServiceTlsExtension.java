package dev.tcpecho.testing;

import dev.tcpecho.tls.ListenerTls;
import org.junit.jupiter.api.extension.Extension;

/** Sets up TLS as in the service: Java reads those properties once, when TLS is first used, be it by a client. */
public final class ServiceTlsExtension implements Extension {

    static {
        try {
            Class.forName(ListenerTls.class.getName());
        } catch (ClassNotFoundException ex) {
            throw new ExceptionInInitializerError(ex);
        }
    }
}
