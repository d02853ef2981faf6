package dev.tcpecho.probe.client;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;

/** Which addresses of a host to take. */
public enum AddressFamily {
    ANY("IP", InetAddress.class),
    IPV4("IPv4", Inet4Address.class),
    IPV6("IPv6", Inet6Address.class);

    private final String text;

    private final Class<? extends InetAddress> type;

    AddressFamily(String text, Class<? extends InetAddress> type) {
        this.text = text;
        this.type = type;
    }

    boolean includes(InetAddress address) {
        return this.type.isInstance(address);
    }

    @Override
    public String toString() {
        return this.text;
    }
}
