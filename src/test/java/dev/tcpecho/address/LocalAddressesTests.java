package dev.tcpecho.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.SocketException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LocalAddressesTests {

    @Test
    void addressesStayWhileTheSystemDoesNotTellThem() throws Exception {
        Map<String, InetAddress> told = LocalAddresses.lookUp();
        assertThat(told).containsKey("127.0.0.1");
        Map<String, InetAddress> untold = LocalAddresses.lookUp(() -> {
            throw new SocketException("Too many open files");
        });
        assertThat(untold).isEqualTo(told);
        assertThat(LocalAddresses.isBroadcast(InetAddress.getByName("127.255.255.255")))
                .isTrue();
    }
}
