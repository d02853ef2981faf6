package dev.tcpecho.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import org.junit.jupiter.api.Test;

class LikelyCauseTests {

    /** Whether the reset of a listener comes before or behind the end of connect is chance. */
    @Test
    void ofAResetAtOnceIsThatOfAConnectionThatSaysNothing() {
        ConnectException reset = new ConnectException("Connection reset by peer");
        assertThat(LikelyCause.ofNoConnection(reset, false)).isEqualTo(LikelyCause.ofNothing(false));
        assertThat(LikelyCause.ofNoConnection(reset, true))
                .isEqualTo(LikelyCause.ofFailedHandshake(new byte[0], reset))
                .isNotEmpty();
        assertThat(LikelyCause.ofNoConnection(new ConnectException("Connection refused"), true))
                .isEmpty();
    }
}
