package dev.tcpecho.probe.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What an address said that did not accept.
 *
 * @param address the address
 * @param failure what happened
 */
public record Refusal(InetSocketAddress address, IOException failure) {

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
