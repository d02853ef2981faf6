package dev.tcpecho.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Which set returns when the time of another is over. */
class InForceTests {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final InForce configured = new InForce(1, TestBehaviours.set(), null, null);

    private final BehaviourSet first = TestBehaviours.set("delay=1s");

    private final BehaviourSet second = TestBehaviours.set("delay=2s");

    private static Instant after(int seconds) {
        return START.plusSeconds(seconds);
    }

    @Test
    void theConfiguredSetReturnsForGood() {
        InForce now = this.configured.replacedUntil(after(10), this.first);
        assertThat(now.version()).isEqualTo(2);
        assertThat(now.ends()).isEqualTo(after(10));
        assertThat(now.returning(3)).isEqualTo(new InForce(3, this.configured.set(), null, null));
    }

    @Test
    void aLongerSetReturnsFromAShorterOneWithItsOwnEnd() {
        InForce returned = this.configured
                .replacedUntil(after(10), this.first)
                .replacedUntil(after(5), this.second)
                .returning(4);
        assertThat(returned.set()).isSameAs(this.first);
        assertThat(returned.ends()).isEqualTo(after(10));
        assertThat(returned.returning(5).set()).isSameAs(this.configured.set());
    }

    @Test
    void aShorterSetIsOverWhenALongerOneEnds() {
        InForce now = this.configured.replacedUntil(after(5), this.first).replacedUntil(after(10), this.second);
        assertThat(now.returning(4).set()).isSameAs(this.configured.set());
    }

    @Test
    void aSetThatEndsAtTheSameTimeDoesNotReturn() {
        InForce now = this.configured.replacedUntil(after(5), this.first).replacedUntil(after(5), this.second);
        assertThat(now.returning(4).set()).isSameAs(this.configured.set());
    }

    @Test
    void aSetWithoutAnEndForgetsTheFormerOnes() {
        InForce now = this.configured.replacedUntil(after(5), this.first).replacedBy(this.second);
        assertThat(now).isEqualTo(new InForce(3, this.second, null, null));
        assertThat(now.replacedUntil(after(1), this.first).returning(5).set()).isSameAs(this.second);
    }
}
