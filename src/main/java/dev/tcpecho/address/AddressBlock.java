package dev.tcpecho.address;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A block of IP addresses in CIDR notation (RFC 4632, RFC 4291), for example {@code 10.0.0.0/8}. */
public final class AddressBlock {

    private static final Pattern CIDR = Pattern.compile("([0-9a-fA-F:.]+)(?:/([0-9]{1,3}))?");

    private static final int IPV4_BITS = 32;

    /** The bits before the IPv4 address in an IPv4-mapped one (RFC 4291, section 2.5.5.2). */
    private static final int MAPPED_BITS = 96;

    private final String notation;

    private final InetAddress address;

    private final int prefixLength;

    private final IpSubnetFilterRule rule;

    private AddressBlock(String notation, InetAddress address, int prefixLength) {
        this.notation = notation;
        this.address = address;
        this.prefixLength = prefixLength;
        this.rule = new IpSubnetFilterRule(address, prefixLength, IpFilterRuleType.ACCEPT);
    }

    /**
     * Reads a block. No name is looked up. Bits behind the prefix do not count.
     *
     * @param notation an IPv4 or IPv6 address, a slash and a prefix length: 0 to 32, or 0 to 128
     * @return the block
     * @throws InvalidAddressBlockException if it is anything else
     */
    public static AddressBlock valueOf(String notation) {
        Matcher matcher = CIDR.matcher(notation);
        byte[] address = matcher.matches() ? NetUtil.createByteArrayFromIpAddressString(matcher.group(1)) : null;
        if (address == null) {
            throw notBlock(notation);
        }
        int bits = address.length * Byte.SIZE;
        int prefixLength = (matcher.group(2) != null) ? Integer.parseInt(matcher.group(2)) : bits;
        InetAddress inetAddress = NetUtil.createInetAddressFromIpAddressString(matcher.group(1));
        if (inetAddress.getAddress().length < address.length && prefixLength <= bits) {
            throw ipv4InIpv6(notation, inetAddress, prefixLength);
        }
        if (matcher.group(2) == null) {
            throw InvalidAddressBlockException.write(
                    "%s/%s".formatted(notation, bits), notation, "which has no prefix length");
        }
        if (prefixLength > bits) {
            throw new InvalidAddressBlockException(
                    "Write a prefix length from 0 to %s in '%s'.".formatted(bits, notation));
        }
        return new AddressBlock(notation, inetAddress, prefixLength);
    }

    private static InvalidAddressBlockException notBlock(String notation) {
        int slash = notation.indexOf('/');
        byte[] mask = NetUtil.createByteArrayFromIpAddressString(notation.substring(slash + 1));
        if (slash > 0 && mask != null && mask.length == Integer.BYTES) {
            int bits = ByteBuffer.wrap(mask).getInt();
            int prefixLength = Integer.numberOfLeadingZeros(~bits);
            String block = notation.substring(0, slash + 1) + prefixLength;
            if (Integer.bitCount(bits) == prefixLength && NetUtil.isValidIpV4Address(notation.substring(0, slash))) {
                return InvalidAddressBlockException.write(block, notation, "which has a mask for a prefix length");
            }
        }
        return new InvalidAddressBlockException(
                "Write an IP address, a slash and a prefix length, for example 10.0.0.0/8, 192.0.2.7/32 or"
                        + " 2001:db8::/32, in place of '%s'; names are not looked up.".formatted(notation));
    }

    /** Who writes a short prefix counts from where the IPv4 address begins. */
    private static InvalidAddressBlockException ipv4InIpv6(String notation, InetAddress address, int prefixLength) {
        int ipv4PrefixLength = (prefixLength <= IPV4_BITS) ? prefixLength : Math.max(0, prefixLength - MAPPED_BITS);
        return InvalidAddressBlockException.write(
                "%s/%s".formatted(address.getHostAddress(), ipv4PrefixLength),
                notation,
                "which is IPv4 in the notation of IPv6");
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

    /**
     * Tells whether every address of another block is in this block.
     *
     * @param block the other one
     * @return whether it is
     */
    public boolean contains(AddressBlock block) {
        return this.prefixLength <= block.prefixLength && contains(block.address);
    }

    /**
     * Tells whether an address is in any of some blocks.
     *
     * @param blocks the blocks
     * @param address the address
     * @return whether it is
     */
    public static boolean contains(List<AddressBlock> blocks, InetAddress address) {
        for (AddressBlock block : blocks) {
            if (block.contains(address)) {
                return true;
            }
        }
        return false;
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
