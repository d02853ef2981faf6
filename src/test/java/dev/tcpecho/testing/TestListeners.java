package dev.tcpecho.testing;

import dev.tcpecho.BehaviourProperties;
import dev.tcpecho.EchoProperties.Listener;
import dev.tcpecho.EchoProperties.Protocol;
import dev.tcpecho.EchoProperties.ProxyProtocol;
import dev.tcpecho.EchoProperties.Ssl;
import java.util.List;
import org.springframework.boot.web.server.Ssl.ClientAuth;

/** Listeners without TLS and the PROXY protocol. */
public final class TestListeners {

    private TestListeners() {}

    public static Listener listener(String address, int port, int backlog, boolean reusePort) {
        Ssl ssl = new Ssl("", ClientAuth.NONE);
        return new Listener(
                Protocol.TCP,
                address,
                port,
                "",
                "rw-rw----",
                "",
                backlog,
                reusePort,
                ssl,
                ProxyProtocol.OFF,
                List.of(),
                BehaviourProperties.NONE);
    }
}
