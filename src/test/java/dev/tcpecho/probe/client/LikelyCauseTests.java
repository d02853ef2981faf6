package dev.tcpecho.probe.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import org.junit.jupiter.api.Test;

class LikelyCauseTests {

    /** Whether the reset of a listener comes before or behind the end of connect is chance. */
    @Test
    void ofAResetAtOnceIsThatOfAConnectionThatSaysNothing() {
        ConnectException reset = new ConnectException("Connection reset by peer");
        LikelyCause plain = new LikelyCause(false, false, false);
        LikelyCause tls = new LikelyCause(true, false, false);
        assertThat(plain.ofNoConnection(reset)).isEqualTo(plain.ofNothing());
        assertThat(tls.ofNoConnection(reset))
                .isEqualTo(tls.ofFailedHandshake(new byte[0], reset))
                .isNotEmpty();
        assertThat(tls.ofNoConnection(new ConnectException("Connection refused")))
                .isEmpty();
    }
}
