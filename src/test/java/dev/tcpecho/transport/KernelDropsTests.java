package dev.tcpecho.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** How the kernel writes addresses. */
class KernelDropsTests {

    @Test
    void addressIsReadInTheOrderOfThisHost() {
        boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        assertThat(KernelDrops.address(little ? "0100007F:62FD" : "7F000001:62FD"))
                .isEqualTo(new InetSocketAddress("127.0.0.1", 25_341));
        assertThat(KernelDrops.address(
                        little ? "B80D0120000000000000000001000000:0035" : "20010DB8000000000000000000000001:0035"))
                .isEqualTo(new InetSocketAddress("2001:db8::1", 53));
        assertThat(KernelDrops.address(
                        little ? "0000000000000000FFFF00000100007F:FFFF" : "00000000000000000000FFFF7F000001:FFFF"))
                .isEqualTo(new InetSocketAddress("127.0.0.1", 65_535));
    }

    @Test
    void nothingIsDroppedWithoutASocket() {
        KernelDrops drops = new KernelDrops();
        assertThat(drops.getAsLong()).isZero();
        InetSocketAddress unused = new InetSocketAddress("192.0.2.1", 9);
        drops.add(unused);
        assertThat(drops.getAsLong()).isZero();
        drops.remove(unused);
        assertThat(drops.getAsLong()).isZero();
    }
}
