package dev.tcpecho.probe.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.probe.client.FailureCause;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LedgerTests {

    private static final Failure REFUSED = new Failure(FailureCause.REFUSED, "Connection refused");

    private static final Failure RESET = new Failure(FailureCause.RESET, "Connection reset");

    private final List<Interruption> interruptions = new ArrayList<>();

    private final Ledger ledger = new Ledger(ClockName.NEW, this.interruptions::add);

    private Message add(long nanos) {
        Message message = new Message(nanos, Instant.EPOCH.plusNanos(nanos), nanos, 0, 10);
        this.ledger.add(message);
        return message;
    }

    private static Moment at(long nanos) {
        return new Moment(nanos, Instant.EPOCH.plusNanos(nanos));
    }

    @Test
    void outcomesCountInTheOrderOfTheTicks() {
        Message first = add(100);
        Message second = add(200);
        Message third = add(300);
        this.ledger.echoed(third, at(310), "c");
        this.ledger.lost(second, REFUSED, at(320));
        assertThat(this.interruptions).isEmpty();
        this.ledger.echoed(first, at(330), "a");
        assertThat(this.interruptions).singleElement().satisfies(found -> {
            assertThat(found.start()).isEqualTo(Instant.EPOCH.plusNanos(200));
            assertThat(found.nanos()).isEqualTo(110);
            assertThat(found.servedBefore()).isEqualTo("a");
            assertThat(found.servedAfter()).isEqualTo("c");
        });
    }

    @Test
    void orderIsThatOfTheConnectsWhereThreadsComeLate() {
        Message first = add(100);
        Message second = add(200);
        this.ledger.begin(second, 205);
        this.ledger.echoed(second, at(210), "");
        this.ledger.begin(first, 250);
        this.ledger.lost(first, REFUSED, at(251));
        assertThat(this.interruptions).isEmpty();
        Message third = add(300);
        this.ledger.echoed(third, at(310), "");
        assertThat(this.interruptions).singleElement().satisfies(found -> {
            assertThat(found.nanos()).isEqualTo(210);
            assertThat(found.latenessNanos()).isEqualTo(150);
        });
        assertThat(this.ledger.counts().roundTrips().getMaxValue()).isEqualTo(10);
    }

    @Test
    void firstOutcomeOfAMessageCounts() {
        Message message = add(100);
        this.ledger.lost(message, REFUSED, at(110));
        this.ledger.echoed(message, at(120), "");
        this.ledger.lost(message, RESET, at(130));
        assertThat(this.ledger.counts().messages()).isEqualTo(1);
        assertThat(this.ledger.counts().lost()).isEqualTo(1);
        assertThat(this.interruptions).isEmpty();
        this.ledger.finish(at(150));
        assertThat(this.interruptions).singleElement().satisfies(found -> {
            assertThat(found.lasting()).isTrue();
            assertThat(found.causes()).containsExactly(FailureCause.REFUSED);
        });
    }

    @Test
    void lossOfAConnectionWithoutMessagesIsAnInterruptionThatLosesNone() {
        this.ledger.echoed(add(100), at(110), "");
        this.ledger.disconnected(RESET, at(150));
        this.ledger.lost(add(200), REFUSED, at(201));
        this.ledger.echoed(add(300), at(305), "");
        assertThat(this.interruptions).singleElement().satisfies(found -> {
            assertThat(found.nanos()).isEqualTo(155);
            assertThat(found.causes()).containsExactly(FailureCause.RESET, FailureCause.REFUSED);
            assertThat(found.lostMessages()).isEqualTo(1);
        });
    }

    @Test
    void messagesUnderWayAtTheEndAreNeitherLostNorBack() {
        Message message = add(100);
        this.ledger.finish(at(150));
        this.ledger.echoed(message, at(160), "");
        assertThat(this.ledger.counts().messages()).isZero();
        assertThat(this.ledger.underWay()).isEqualTo(1);
    }

    @Test
    void interruptionsThatAreKeptAreBounded() {
        RecentInterruptions recent = new RecentInterruptions();
        for (int i = 0; i < 1500; i++) {
            this.ledger.lost(add(2 * i), REFUSED, at(2 * i));
            this.ledger.echoed(add(2 * i + 1), at(2 * i + 1), "");
        }
        this.interruptions.forEach(recent::add);
        assertThat(recent.last()).hasSize(1000);
        assertThat(recent.last().get(999)).isEqualTo(this.interruptions.get(1499));
        assertThat(recent.leftOut()).isEqualTo(500);
        assertThat(this.ledger.totals().count()).isEqualTo(1500);
    }
}
