package dev.tcpecho.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netty.util.NetUtil;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is a CIDR block, and what is in it. */
class AddressBlockTests {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "10.1.2.3/8, 10.9.9.9, true",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "192.0.2.7/32, 192.0.2.7, true",
        "192.0.2.7/32, 192.0.2.8, false",
        "2001:db8::/32, 2001:db8:ffff::1, true",
        "2001:db8::/32, 2001:db9::1, false",
        "::/0, 2001:db9::1, true",
        "::/0, 192.0.2.7, false",
        "::1/128, ::1, true"
    })
    void containsTheAddressesWithItsPrefix(String block, String address, boolean expected) {
        assertThat(AddressBlock.valueOf(block).contains(NetUtil.createInetAddressFromIpAddressString(address)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    10.0.0.1               | Write '10.0.0.1/32' in place of '10.0.0.1', which has no prefix length.
                    2001:db8::1            | Write '2001:db8::1/128' in place of '2001:db8::1', which has no prefix length.
                    ::ffff:10.0.0.1        | Write '10.0.0.1/32' in place of '::ffff:10.0.0.1', which is IPv4 in the notation of IPv6.
                    ::ffff:10.0.0.0/8      | Write '10.0.0.0/8' in place of '::ffff:10.0.0.0/8', which is IPv4 in the notation of IPv6.
                    ::ffff:10.0.0.0/104    | Write '10.0.0.0/8' in place of '::ffff:10.0.0.0/104', which is IPv4 in the notation of IPv6.
                    ::ffff:0:0/96          | Write '0.0.0.0/0' in place of '::ffff:0:0/96', which is IPv4 in the notation of IPv6.
                    10.0.0.0/255.255.240.0 | Write '10.0.0.0/20' in place of '10.0.0.0/255.255.240.0', which has a mask for a prefix length.
                    10.0.0.1/255.255.255.255 | Write '10.0.0.1/32' in place of '10.0.0.1/255.255.255.255', which has a mask for a prefix length.
                    10.0.0.0/33            | Write a prefix length from 0 to 32 in '10.0.0.0/33'.
                    ::ffff:10.0.0.0/129    | Write a prefix length from 0 to 128 in '::ffff:10.0.0.0/129'.
                    10.0.0.0/255.0.255.0   | Write an IP address, a slash and a prefix length, for example 10.0.0.0/8, 192.0.2.7/32 or 2001:db8::/32, in place of '10.0.0.0/255.0.255.0'; names are not looked up.
                    """)
    void tellsHowToWriteIt(String text, String correction) {
        assertThatExceptionOfType(InvalidAddressBlockException.class)
                .isThrownBy(() -> AddressBlock.valueOf(text))
                .withMessage(correction);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "10.0.0.1",
                "10.0.0.0/33",
                "::/129",
                "10.0.0.0/-1",
                "10.0.0.0/x",
                "10.0.0/8",
                "300.0.0.0/8",
                "localhost/32",
                "example.com/24",
                "10.0.0.0/8/8",
                " 10.0.0.0/8",
                "10.0.0.0/99999999999",
                ":::/8",
                "::ffff:10.0.0.0/8",
                "::ffff:10.0.0.0/104"
            })
    void refusesAnythingElse(String text) {
        assertThatExceptionOfType(InvalidAddressBlockException.class)
                .isThrownBy(() -> AddressBlock.valueOf(text))
                .withMessageContaining("'%s'", text);
    }
}
