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
        return listener(Protocol.TCP, address, port, backlog, reusePort);
    }

    /** Returns a listener of datagrams on any free port. */
    public static Listener datagrams(String address) {
        return listener(Protocol.UDP, address, 0, 4096, false);
    }

    private static Listener listener(Protocol protocol, String address, int port, int backlog, boolean reusePort) {
        Ssl ssl = new Ssl("", ClientAuth.NONE);
        return new Listener(
                protocol,
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
