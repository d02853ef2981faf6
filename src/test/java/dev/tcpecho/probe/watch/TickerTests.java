package dev.tcpecho.probe.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.probe.client.AddressFamily;
import dev.tcpecho.probe.client.ConnectSettings;
import dev.tcpecho.probe.client.Connector;
import dev.tcpecho.probe.client.FailureCause;
import dev.tcpecho.probe.client.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Ticks, time-outs and this client's own lateness, on a clock that the tests turn. */
class TickerTests {

    private static final long START = -5_000_000;

    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final MadeUpTime time = new MadeUpTime();

    private final List<Interruption> interruptions = new ArrayList<>();

    private final MadeUpClock clock = new MadeUpClock();

    private final class MadeUpTime implements Time {

        private long nanos = START;

        /** This client is not scheduled from that time on. */
        private long freezeAt = Long.MAX_VALUE;

        private long freeze;

        @Override
        public Moment now() {
            return new Moment(this.nanos, Instant.EPOCH.plusNanos(this.nanos - START));
        }

        @Override
        public boolean sleep(long sleptNanos) {
            pause(sleptNanos);
            return false;
        }

        @Override
        public void pause(long sleptNanos) {
            this.nanos += Math.max(0, sleptNanos);
            if (this.nanos - START >= this.freezeAt) {
                this.nanos += this.freeze;
                this.freezeAt = Long.MAX_VALUE;
            }
            TickerTests.this.clock.receive();
        }
    }

    /** A service of which the tests say what it answers, as soon as this client reads. */
    private final class MadeUpClock implements WatchClock {

        private final Ledger ledger = new Ledger(ClockName.NEW, TickerTests.this.interruptions::add);

        private final List<Message> sent = new ArrayList<>();

        private Predicate<Message> answered = message -> true;

        @Override
        public Ledger ledger() {
            return this.ledger;
        }

        @Override
        public void tick(Message message) {
            this.ledger.add(message);
            message.send();
            this.sent.add(message);
        }

        void receive() {
            for (Message message : List.copyOf(this.sent)) {
                if (this.answered.test(message)) {
                    this.ledger.echoed(message, TickerTests.this.time.now(), "");
                    this.sent.remove(message);
                }
            }
        }

        @Override
        public void expire(long nanos) {
            for (Message message : this.ledger.undecidedSince(nanos - 1000 * MILLI)) {
                this.ledger.lost(message, Failure.late(true, Duration.ofSeconds(1)), TickerTests.this.time.now());
                this.sent.remove(message);
            }
        }

        @Override
        public void close() {}
    }

    private void run(Duration duration) throws InterruptedException {
        ConnectSettings connect =
                new ConnectSettings(new Target.Tcp("host", 1), AddressFamily.ANY, Duration.ofSeconds(1), null, null);
        WatchSettings settings = new WatchSettings(new Connector(connect), Duration.ofMillis(100), duration, 64, false);
        new Ticker(settings, List.of(this.clock), this.time).run(Duration.ofSeconds(1));
        this.clock.ledger().finish(this.time.now());
    }

    private static long millisOf(Message message) {
        return (message.plannedNanos() - START) / MILLI;
    }

    @Test
    void everyTickOfTheDurationSendsAMessageWhetherEarlierOnesAreBackOrNot() throws InterruptedException {
        this.clock.answered = message -> this.time.nanos - message.startNanos() >= 700 * MILLI;
        run(Duration.ofSeconds(3));
        assertThat(this.clock.ledger().counts().messages()).isEqualTo(30);
        assertThat(this.clock.ledger().counts().lost()).isZero();
        assertThat(this.clock.ledger().counts().latenessNanos()).isZero();
        assertThat(this.interruptions).isEmpty();
    }

    @Test
    void interruptionIsFromTheFirstMissingMessageToTheFirstEchoBehindIt() throws InterruptedException {
        long end = START + 2500 * MILLI;
        this.clock.answered = message -> millisOf(message) < 500 || this.time.nanos >= end;
        run(Duration.ofSeconds(4));
        assertThat(this.interruptions).singleElement().satisfies(found -> {
            assertThat(found.start()).isEqualTo(Instant.EPOCH.plusMillis(500));
            assertThat(found.end()).isEqualTo(Instant.EPOCH.plusMillis(2500));
            assertThat(found.nanos()).isEqualTo(2000 * MILLI);
            assertThat(found.causes()).containsExactly(FailureCause.STALL);
            // Those of 1,500 ms and later are back in time.
            assertThat(found.lostMessages()).isEqualTo(10);
            assertThat(found.lostBytes()).isEqualTo(10 * 64);
            assertThat(found.isClientLate()).isFalse();
        });
        assertThat(this.clock.ledger().totals().longestNanos()).isEqualTo(2000 * MILLI);
        assertThat(this.clock.ledger().totals().causes()).containsEntry(FailureCause.STALL, 1L);
    }

    @Test
    void clientThatWasFrozenBlamesNobodyWhoseEchoHasCome() throws InterruptedException {
        this.time.freezeAt = 1000 * MILLI;
        this.time.freeze = 3050 * MILLI;
        this.clock.answered = message -> this.time.nanos - message.startNanos() >= 50 * MILLI;
        run(Duration.ofSeconds(6));
        assertThat(this.interruptions).isEmpty();
        // 4,050 - 1,000 ms late at the tick of 1,000: those up to 3,000 are older than the timeout.
        assertThat(this.clock.ledger().counts().skipped()).isEqualTo(21);
        assertThat(this.clock.ledger().counts().messages()).isEqualTo(60 - 21);
        assertThat(this.clock.ledger().counts().latenessNanos()).isEqualTo(3050 * MILLI);
    }

    @Test
    void interruptionOfAClientThatWasLateItselfSaysSo() throws InterruptedException {
        this.time.freezeAt = 1000 * MILLI;
        this.time.freeze = 3050 * MILLI;
        this.clock.answered = message -> millisOf(message) != 900;
        run(Duration.ofSeconds(6));
        assertThat(this.interruptions).singleElement().satisfies(found -> {
            assertThat(found.latenessNanos()).isEqualTo(3050 * MILLI);
            assertThat(found.isClientLate()).isTrue();
            assertThat(Events.interruption(found).lines())
                    .singleElement()
                    .asString()
                    .endsWith("; this client was late itself, by 3050.000 ms: it may be the cause");
        });
    }

    @Test
    void freezeBeyondTheDurationSkipsNoTickBehindIt() throws InterruptedException {
        this.time.freezeAt = 500 * MILLI;
        this.time.freeze = Duration.ofHours(1).toNanos();
        run(Duration.ofSeconds(1));
        assertThat(this.clock.ledger().counts().messages()
                        + this.clock.ledger().counts().skipped())
                .isEqualTo(10);
    }
}
