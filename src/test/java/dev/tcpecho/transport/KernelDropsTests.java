package dev.tcpecho.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void countStaysWhileItCannotBeRead(@TempDir Path directory) throws Exception {
        boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        Path table = directory.resolve("udp");
        Files.writeString(table, "header\n 1: %s 7\n".formatted(little ? "0100007F:62FD" : "7F000001:62FD"));
        KernelDrops drops = new KernelDrops(List.of(table));
        InetSocketAddress socket = new InetSocketAddress("127.0.0.1", 25_341);
        drops.add(socket);
        assertThat(drops.getAsLong()).isEqualTo(7);
        Files.delete(table);
        assertThat(drops.getAsLong()).isEqualTo(7);
        Files.createDirectory(table);
        assertThat(drops.getAsLong()).isEqualTo(7);
        drops.remove(socket);
        assertThat(drops.getAsLong()).isEqualTo(7);
    }
}
