package dev.tcpecho.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.ConnectionLimit;
import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.address.AddressBlock;
import dev.tcpecho.address.LocalAddresses;
import dev.tcpecho.metrics.DropReason;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which datagrams are not sent back, whoever forged their sender. */
class DatagramFilterTests {

    private final DatagramFilter filter = new DatagramFilter(new Limits(
            ConnectionLimit.valueOf(1),
            0,
            1000,
            1000,
            Duration.ZERO,
            Duration.ZERO,
            List.of(AddressBlock.valueOf("0.0.0.0/0"), AddressBlock.valueOf("2001:db8::/32")),
            List.of(AddressBlock.valueOf("192.0.2.0/24"))));

    @BeforeEach
    void knowThisHost() {
        LocalAddresses.lookUp();
        this.filter.addOwnPort(25_341);
        this.filter.addOwnPort(40_000);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 50000,",
        "127.0.0.1, 1024,",
        "127.0.0.1, 25342,",
        "2001:db8::1, 65535,",
        "127.0.0.1, 0, PRIVILEGED_PORT",
        "127.0.0.1, 7, PRIVILEGED_PORT",
        "2001:db8::1, 53, PRIVILEGED_PORT",
        "127.0.0.1, 1023, PRIVILEGED_PORT",
        "127.0.0.1, 25341, OWN_PORT",
        "203.0.113.1, 40000, OWN_PORT",
        "224.0.0.1, 50000, BROADCAST",
        "239.255.255.255, 50000, BROADCAST",
        "ff02::1, 50000, BROADCAST",
        "255.255.255.255, 50000, BROADCAST",
        "127.255.255.255, 50000, BROADCAST",
        "0.0.0.0, 50000, BROADCAST",
        "::, 50000, BROADCAST",
        "192.0.2.1, 50000, DENIED",
        "2001:db9::1, 50000, DENIED"
    })
    void decidesByTheSender(String address, int port, @Nullable DropReason reason) {
        assertThat(this.filter.drops(
                        new InetSocketAddress(NetUtil.createInetAddressFromIpAddressString(address), port)))
                .isEqualTo(reason);
    }

    @Test
    void whatIsDroppedTakesNothingOfTheLimit() {
        InetSocketAddress client = new InetSocketAddress("127.0.0.1", 50_000);
        for (int i = 0; i < 2000; i++) {
            assertThat(this.filter.drops(new InetSocketAddress("127.0.0.1", 7))).isEqualTo(DropReason.PRIVILEGED_PORT);
        }
        assertThat(this.filter.drops(client)).isNull();
    }
}
