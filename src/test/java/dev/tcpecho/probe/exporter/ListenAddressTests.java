package dev.tcpecho.probe.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code --listen} takes. */
class ListenAddressTests {

    @ParameterizedTest
    @CsvSource(nullValues = "every", textBlock = """
                    0, every, 0
                    9100, every, 9100
                    :65535, every, 65535
                    localhost:9100, localhost, 9100
                    192.0.2.7:0, 192.0.2.7, 0
                    [::1]:9100, ::1, 9100
                    """)
    void isAPortOrAHostAndAPort(String value, String host, int port) {
        assertThat(ListenAddress.parse(value)).isEqualTo(new ListenAddress((host != null) ? host : "", port));
    }

    @Test
    void portAloneIsThatOfEveryAddress() {
        assertThat(ListenAddress.parse("9100").toSocketAddress().getAddress().isAnyLocalAddress())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "x", "-1", "+1", "65536", "localhost", "localhost:", "::1:9100", "[localhost]:1", "[]:1"})
    void refusesAnythingElse(String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ListenAddress.parse(value))
                .withMessage(
                        "PORT or HOST:PORT with a port from 0 to 65535, for example 9100, localhost:9100 or [::1]:9100");
    }
}
