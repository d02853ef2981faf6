package dev.tcpecho.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.ConnectionLimit;
import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.metrics.DropReason;
import io.netty.util.NetUtil;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How many datagrams are echoed in a second. */
class DatagramRatesTests {

    private long nanos = Long.MAX_VALUE - 10;

    private DatagramRates rates(int all, int ofAddress) {
        return new DatagramRates(
                new Limits(
                        ConnectionLimit.valueOf(1),
                        0,
                        all,
                        ofAddress,
                        Duration.ZERO,
                        Duration.ZERO,
                        List.of(),
                        List.of()),
                () -> this.nanos);
    }

    private static @Nullable DropReason take(DatagramRates rates, String address) {
        return rates.take(NetUtil.createInetAddressFromIpAddressString(address));
    }

    @Test
    void addressHasItsLimitInEachSecond() {
        DatagramRates rates = rates(100, 2);
        for (int second = 0; second < 3; second++) {
            assertThat(take(rates, "192.0.2.1")).isNull();
            assertThat(take(rates, "192.0.2.1")).isNull();
            assertThat(take(rates, "192.0.2.1")).isEqualTo(DropReason.ADDRESS_LIMIT);
            assertThat(take(rates, "192.0.2.2")).isNull();
            this.nanos += 999_999_999;
            assertThat(take(rates, "192.0.2.1")).isEqualTo(DropReason.ADDRESS_LIMIT);
            this.nanos += 1;
        }
    }

    @Test
    void addressesOfOneIpv6NetworkShareTheirLimit() {
        DatagramRates rates = rates(100, 1);
        assertThat(take(rates, "2001:db8:1:1::1")).isNull();
        assertThat(take(rates, "2001:db8:1:1:ffff::2")).isEqualTo(DropReason.ADDRESS_LIMIT);
        assertThat(take(rates, "2001:db8:1:2::1")).isNull();
    }

    @Test
    void allAddressesShareALimit() {
        DatagramRates rates = rates(3, 0);
        assertThat(take(rates, "192.0.2.1")).isNull();
        assertThat(take(rates, "192.0.2.1")).isNull();
        assertThat(take(rates, "192.0.2.2")).isNull();
        assertThat(take(rates, "192.0.2.3")).isEqualTo(DropReason.LIMIT);
        this.nanos += 1_000_000_000;
        assertThat(take(rates, "192.0.2.3")).isNull();
    }
}
