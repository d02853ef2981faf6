package dev.tcpecho.probe.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What an address said that did not accept.
 *
 * @param address the address
 * @param failure what happened
 */
public record Refusal(SocketAddress address, IOException failure) {

    /**
     * Makes a refusal of what a channel of Netty says, which differs between its transports.
     *
     * @param address the address
     * @param failure what happened
     */
    public static Refusal of(SocketAddress address, Throwable failure) {
        return new Refusal(
                address,
                (address instanceof InetSocketAddress)
                        ? FailureCause.of(failure).exception(failure)
                        : UnixFailure.explain(address, failure));
    }

    String message() {
        return String.valueOf(this.failure.getMessage());
    }

    static String join(List<Refusal> refusals) {
        return refusals.stream().map(Refusal::toString).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return Target.of(this.address) + " said " + message();
    }
}
