package dev.tcpecho.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.ConnectionLimit;
import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.metrics.RejectReason;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.NetUtil;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One address is one IPv4 address or one IPv6 /64, and places are given back when channels close. */
class AdmissionPerAddressTests {

    private final Admission admission = new Admission(new Limits(
            ConnectionLimit.valueOf(3), 1, 100_000, 1000, Duration.ZERO, Duration.ZERO, List.of(), List.of()));

    private RejectReason admit(EmbeddedChannel channel, String address) {
        return this.admission.admit(channel, NetUtil.createInetAddressFromIpAddressString(address));
    }

    @Test
    void countsIpv6ByItsFirst64Bits() {
        assertThat(admit(new EmbeddedChannel(), "2001:db8:1:1::1")).isNull();
        assertThat(admit(new EmbeddedChannel(), "2001:db8:1:1:ffff::2")).isEqualTo(RejectReason.ADDRESS_LIMIT);
        assertThat(admit(new EmbeddedChannel(), "2001:db8:1:2::1")).isNull();
    }

    @Test
    void givesThePlacesBackWhenTheChannelCloses() {
        EmbeddedChannel channel = new EmbeddedChannel();
        assertThat(admit(channel, "192.0.2.1")).isNull();
        assertThat(admit(new EmbeddedChannel(), "192.0.2.1")).isEqualTo(RejectReason.ADDRESS_LIMIT);
        channel.close();
        assertThat(admit(new EmbeddedChannel(), "192.0.2.1")).isNull();
    }

    @Test
    void aRefusalTakesNoPlace() {
        for (int i = 0; i < 3; i++) {
            assertThat(admit(new EmbeddedChannel(), "192.0.2." + i)).isNull();
        }
        EmbeddedChannel refused = new EmbeddedChannel();
        assertThat(admit(refused, "192.0.2.9")).isEqualTo(RejectReason.LIMIT);
        assertThat(admit(new EmbeddedChannel(), "192.0.2.9")).isEqualTo(RejectReason.LIMIT);
    }
}
