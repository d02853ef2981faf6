package dev.tcpecho;

import static dev.tcpecho.testing.TestListeners.listener;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tcpecho.EchoProperties.Drain;
import dev.tcpecho.EchoProperties.Listener;
import dev.tcpecho.probe.Probe;
import dev.tcpecho.testing.RunningService;
import dev.tcpecho.testing.TestLimits;
import dev.tcpecho.transport.TransportChoice;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Log, errors and probe on a host whose language has digits of its own: what reads them wants ASCII. */
@ExtendWith(OutputCaptureExtension.class)
class DigitsInEveryLanguageTests {

    private static final String OTHER_DIGITS = "[\\p{Nd}&&[^0-9]]";

    private final Locale locale = Locale.getDefault();

    @BeforeEach
    void speakPersian() {
        Locale.setDefault(Locale.forLanguageTag("fa-IR"));
        assertThat(String.format(Locale.getDefault(), "%d", 5)).matches(OTHER_DIGITS);
    }

    @AfterEach
    void speakTheHostsLanguage() {
        Locale.setDefault(this.locale);
    }

    @Test
    void logAndProbeHaveAsciiDigits(CapturedOutput output) {
        int port;
        try (RunningService service = RunningService.start("echo.limits.connections=9000000")) {
            port = service.address().getPort();
            assertThat(Probe.run("localhost:" + port)).isZero();
        }
        assertThat(Probe.run("localhost:" + port)).isEqualTo(2);
        assertThat(Probe.run("localhost:" + port, "b")).isEqualTo(64);
        assertThat(output)
                .contains(
                        "Echo started: plain on [::]:%s; ".formatted(port),
                        "echo.limits.connections is 9000000, ",
                        "\n5120 bytes came back in order, and then a clean end\n",
                        "cannot connect to localhost:%s: ".formatted(port),
                        "had to be closed: 0\n")
                .doesNotContainPattern(OTHER_DIGITS);
    }

    @Test
    void errorsHaveAsciiDigits() {
        Listener listener = listener("::", 7007, 4096, false);
        assertThatThrownBy(() -> ListenerRules.check(new EchoProperties(
                        TransportChoice.AUTO,
                        Map.of("a", listener, "b", listener),
                        TestLimits.of(0, 0),
                        new Drain(Duration.ZERO, Duration.ZERO, Duration.ZERO))))
                .hasMessage("The listeners 'a' and 'b' are both to open port 7007.");
    }
}
