package dev.tcpecho.probe.client;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Connects to the addresses of a target, in turn.
 *
 * @param settings where to connect, and how
 */
public record Connector(ConnectSettings settings) {

    /**
     * Connects to the first address of the target that accepts, and makes the TLS handshake if there is to be one.
     *
     * @throws NotConnectedException if no address accepts, or there is no handshake, with what each address said
     */
    public ProbeConnection connect() throws NotConnectedException {
        return connect(addresses());
    }

    /**
     * Connects as {@link #connect()} does, but the addresses share the time of the settings: each gets the same part of
     * it.
     *
     * @throws NotConnectedException if no address accepts, or there is no handshake, with what each address said
     */
    public ProbeConnection connectInOneTimeout() throws NotConnectedException {
        List<SocketAddress> addresses = addresses();
        return new Connector(this.settings.withPartOfTimeout(addresses.size())).connect(addresses);
    }

    /** Connects to the first of some addresses that accepts; there is one at least. */
    ProbeConnection connect(List<? extends SocketAddress> addresses) throws NotConnectedException {
        List<Refusal> refusals = new ArrayList<>();
        for (SocketAddress address : addresses) {
            try {
                return ProbeConnection.open(this.settings, address, refusals);
            } catch (IOException ex) {
                refusals.add(new Refusal(address, ex));
            }
        }
        throw failure(refusals);
    }

    /**
     * Returns the addresses of the target, of the family that was asked for; there is one at least.
     *
     * @throws NotConnectedException if the host is not known, or has no such address
     */
    public List<SocketAddress> addresses() throws NotConnectedException {
        return this.settings.target().addresses(this.settings.family());
    }

    /**
     * Returns what to throw when no address accepts.
     *
     * @param refusals what each of them said; there is one at least
     */
    public NotConnectedException failure(List<Refusal> refusals) {
        String said = (refusals.size() == 1) ? refusals.get(0).message() : Refusal.join(refusals);
        IOException last = refusals.get(refusals.size() - 1).failure();
        return new NotConnectedException(
                "cannot connect to %s: %s%s"
                        .formatted(
                                this.settings.target(),
                                said,
                                this.settings.likelyCause().ofNoConnection(last)),
                last);
    }
}
