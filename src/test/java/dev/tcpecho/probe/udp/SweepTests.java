package dev.tcpecho.probe.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A sweep against a network, and against a kernel that refuses datagrams which others would send, as macOS does. */
class SweepTests {

    private final List<Integer> tried = new ArrayList<>();

    private Sweep sweep(int mostOfPath, int mostOfKernel) {
        Sweep sweep = new Sweep(8, 65_507);
        sweep.run(size -> {
            this.tried.add(size);
            if (size > mostOfKernel) {
                return new SizeTrial(false, true, "Message too long");
            }
            return new SizeTrial(size <= mostOfPath, false, "lost 3");
        });
        return sweep;
    }

    @Test
    void sizesAreHalvedBehindTheLargest() {
        assertThat(sweep(1_472, 65_507).forPeople())
                .isEqualTo("the largest datagram that came back whole has 1472 bytes; of 1473 bytes none did: lost 3");
        assertThat(this.tried).startsWith(65_507, 32_757, 16_382).hasSizeBetween(16, 18);
    }

    @Test
    void largestSizeAloneIsTriedWhereItComesBack() {
        assertThat(sweep(65_507, 65_507).forPeople())
                .isEqualTo("the largest datagram that came back whole has 65507 bytes, and no larger one was tried");
        assertThat(this.tried).containsExactly(65_507);
    }

    @Test
    void whatTheKernelRefusesIsToldBesideWhatThePathLoses() {
        Sweep sweep = sweep(1_472, 9_216);
        assertThat(sweep.forPeople())
                .startsWith("the largest datagram that came back whole has 1472 bytes; of 1473 bytes none did: lost 3;")
                .containsPattern("; this host's kernel refuses to send \\d+ bytes \\(EMSGSIZE\\)$");
        assertThat(sweep.fields())
                .containsEntry("largestWhole", 1_472)
                .containsEntry("smallestNotWhole", 1_473)
                .hasEntrySatisfying(
                        "refusedByKernel", size -> assertThat((int) size).isGreaterThan(9_216));
    }

    @Test
    void whatTheKernelAloneRefusesIsToldOnce() {
        assertThat(sweep(65_507, 9_216).forPeople())
                .isEqualTo("the largest datagram that came back whole has 9216 bytes; of 9217 bytes none did:"
                        + " Message too long");
    }
}
