package dev.tcpecho.address;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A block of IP addresses in CIDR notation (RFC 4632, RFC 4291), for example {@code 10.0.0.0/8}. */
public final class AddressBlock {

    private static final Pattern CIDR = Pattern.compile("([0-9a-fA-F:.]+)/([0-9]{1,3})");

    private final String notation;

    private final IpSubnetFilterRule rule;

    private AddressBlock(String notation, InetAddress address, int prefixLength) {
        this.notation = notation;
        this.rule = new IpSubnetFilterRule(address, prefixLength, IpFilterRuleType.ACCEPT);
    }

    /**
     * Reads a block. No name is looked up. Bits behind the prefix do not count.
     *
     * @param notation an IPv4 or IPv6 address, a slash and a prefix length: 0 to 32, or 0 to 128
     * @return the block
     * @throws IllegalArgumentException if it is anything else
     */
    public static AddressBlock valueOf(String notation) {
        Matcher matcher = CIDR.matcher(notation);
        byte[] address = matcher.matches() ? NetUtil.createByteArrayFromIpAddressString(matcher.group(1)) : null;
        if (address == null) {
            throw new IllegalArgumentException("'%s' is not a CIDR block".formatted(notation));
        }
        int prefixLength = Integer.parseInt(matcher.group(2));
        if (prefixLength > address.length * Byte.SIZE) {
            throw new IllegalArgumentException(
                    "'%s' has a prefix longer than %s bits".formatted(notation, address.length * Byte.SIZE));
        }
        InetAddress inetAddress = NetUtil.createInetAddressFromIpAddressString(matcher.group(1));
        if (inetAddress.getAddress().length < address.length) {
            throw new IllegalArgumentException("'%s' is IPv4 in the notation of IPv6".formatted(notation));
        }
        return new AddressBlock(notation, inetAddress, prefixLength);
    }

    /**
     * Tells whether an address is in this block; an IPv4 address never is in one of IPv6.
     *
     * @param address the address
     * @return whether it is
     */
    public boolean contains(InetAddress address) {
        return this.rule.matches(new InetSocketAddress(address, 0));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressBlock block && this.notation.equals(block.notation);
    }

    @Override
    public int hashCode() {
        return Objects.hash(this.notation);
    }

    /** Returns the block as it was written. */
    @Override
    public String toString() {
        return this.notation;
    }
}
