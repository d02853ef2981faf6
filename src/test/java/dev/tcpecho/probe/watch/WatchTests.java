package dev.tcpecho.probe.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.probe.client.ClientTls;
import dev.tcpecho.probe.watch.RunningWatch.Found;
import dev.tcpecho.testing.TestCertificates;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a watch reports of a service with one fault. */
@Timeout(60)
class WatchTests {

    private static final Limits NONE = new Limits(null, null);

    /** No busy machine takes as long. */
    private static final Duration PATIENT = Duration.ofSeconds(10);

    private FaultyService service;

    private RunningWatch watch;

    private Instant broken;

    private Instant mended;

    @AfterEach
    void close() throws IOException {
        if (this.watch != null) {
            this.watch.close();
        }
        if (this.service != null) {
            this.service.close();
        }
    }

    private void watch(FaultyService watched, Duration timeout, ClientTls tls, boolean greeting, Limits limits) {
        this.service = watched;
        this.watch = new RunningWatch(
                (tls != null) ? "localhost" : "127.0.0.1", watched.port(), timeout, tls, greeting, limits);
        await().pollInterval(Duration.ofMillis(5)).until(watched::isServing);
    }

    private void watch() throws IOException {
        watch(new FaultyService(), PATIENT, null, false, NONE);
    }

    /** Breaks something for a while. */
    private void disrupt(Duration length, Runnable fault, Runnable mend) throws InterruptedException {
        this.broken = Instant.now();
        fault.run();
        Thread.sleep(length.toMillis());
        mend.run();
        this.mended = Instant.now();
    }

    private void refuseFor(Duration length) throws InterruptedException {
        this.service.refuse();
        await().pollInterval(Duration.ofMillis(1)).until(this.service::isRefusing);
        disrupt(length, () -> {}, this.service::listenAgain);
    }

    private Found only(String clock) {
        Found found = this.watch.awaitInterruption(clock);
        assertThat(this.watch.interruptions(clock)).hasSize(1);
        assertThat(found.number("millis")).isCloseTo(found.start().until(found.end(), ChronoUnit.MILLIS), within(200L));
        return found;
    }

    /** The first message that is missing was due, at the latest, one interval after the fault. */
    private void assertContainsTheFault(Found found) {
        assertThat(found.start()).isBetween(this.broken.minusSeconds(2), this.broken.plusSeconds(2));
        assertThat(found.end()).isBetween(this.mended.minusMillis(1), this.mended.plusSeconds(10));
        assertThat(found.number("millis"))
                .isGreaterThanOrEqualTo(this.broken.until(this.mended, ChronoUnit.MILLIS) - 2000);
    }

    @Test
    void newConnectionsAreRefusedWhileTheEstablishedOneStays() throws Exception {
        watch();
        refuseFor(Duration.ofMillis(400));
        Found found = only("new");
        assertThat(found.causes()).containsExactly("refused");
        assertThat(found.text("error")).endsWith("Connection refused");
        assertThat(found.number("lostMessages")).isPositive();
        assertThat(found.number("lostBytes")).isEqualTo(64 * found.number("lostMessages"));
        assertContainsTheFault(found);
        assertThat(found.start())
                .isBefore(this.broken.plus(RunningWatch.INTERVAL).plusMillis(500));
        assertThat(this.watch.stop()).isZero();
        assertThat(this.watch.interruptions("established")).isEmpty();
        assertThat(this.watch.end()).containsEntry("interruptionsLeftOut", 0).containsEntry("eventsDropped", 0);
    }

    @Test
    void establishedConnectionIsResetWhileNewOnesAreServed() throws Exception {
        watch();
        disrupt(Duration.ZERO, this.service::resetEstablished, () -> {});
        Found found = only("established");
        assertThat(found.causes()).containsExactly("reset");
        assertContainsTheFault(found);
        assertThat(this.watch.stop()).isZero();
        assertThat(this.watch.interruptions("new")).isEmpty();
    }

    @Test
    void establishedConnectionThatIsClosedCleanlyLosesNothingAndIsTold() throws Exception {
        watch();
        disrupt(Duration.ZERO, this.service::closeEstablished, () -> {});
        Found found = only("established");
        assertThat(found.causes()).containsExactly("closed");
        assertThat(found.text("error")).isEqualTo("the service ended its stream");
        assertContainsTheFault(found);
        this.watch.stop();
        assertThat(this.watch.interruptions("new")).isEmpty();
    }

    @Test
    void serviceThatRestartsInterruptsBoth() throws Exception {
        FaultyService watched = new FaultyService();
        watched.greet("{\"namespace\":\"test\",\"pod\":\"web-1\",\"hostname\":\"host\"}\n");
        watch(watched, PATIENT, null, true, new Limits(Duration.ZERO, 0L));
        watched.refuse();
        await().pollInterval(Duration.ofMillis(1)).until(watched::isRefusing);
        disrupt(Duration.ofMillis(300), watched::resetEstablished, () -> {
            watched.greet("{\"hostname\":\"web-2\"}\n");
            watched.listenAgain();
        });
        assertThat(only("established").causes()).containsExactly("reset", "refused");
        assertThat(only("new").causes()).containsExactly("refused");
        for (String clock : List.of("established", "new")) {
            Found found = only(clock);
            assertThat(found.text("servedBefore")).isEqualTo("web-1");
            assertThat(found.text("servedAfter")).isEqualTo("web-2");
            assertThat(found.number("lostMessages")).isPositive();
            assertContainsTheFault(found);
        }
        assertThat(this.watch.stop()).isEqualTo(1);
        assertThat(this.watch.errors())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("the longest interruption was ")
                .endsWith(", and --max-interruption is 0ms");
    }

    @Test
    void interruptionThatLastsIsToldAtTheEnd() throws Exception {
        watch(new FaultyService(), PATIENT, null, false, new Limits(null, 1_000_000L));
        this.service.refuse();
        await().pollInterval(Duration.ofMillis(1)).until(this.service::isRefusing);
        this.broken = Instant.now();
        Thread.sleep(300);
        this.mended = Instant.now();
        assertThat(this.watch.stop()).isZero();
        Found found = only("new");
        assertThat(found.json()).contains("\"lasting\":true").doesNotContain("servedAfter");
        assertContainsTheFault(found);
    }

    @Test
    void watchThatNothingCameBackToSaysWhy() throws Exception {
        this.watch = new RunningWatch("no-such-host.invalid", 1, PATIENT, null, false, NONE);
        Thread.sleep(200);
        assertThat(this.watch.stop()).isEqualTo(2);
        assertThat(this.watch.errors())
                .containsExactly(
                        "no message came back: cannot connect to no-such-host.invalid:1: the host is not known");
        assertThat(only("established").causes()).containsExactly("dns");
        assertThat(only("new").causes()).containsExactly("dns");
    }

    @Test
    void otherServiceIsRecognized() throws Exception {
        FaultyService watched = new FaultyService();
        watched.greet("HTTP/1.1 400 Bad Request\r\n");
        this.service = watched;
        this.watch = new RunningWatch("127.0.0.1", watched.port(), PATIENT, null, false, NONE);
        Thread.sleep(200);
        assertThat(this.watch.stop()).isEqualTo(2);
        assertThat(this.watch.errors().get(0)).endsWith("; the service speaks HTTP: probe the port of a listener");
        assertThat(only("new").causes()).containsExactly("mismatch");
    }

    @Test
    void noGreetingIsATimeout() throws Exception {
        this.service = new FaultyService();
        this.watch = new RunningWatch("127.0.0.1", this.service.port(), Duration.ofMillis(300), null, true, NONE);
        Thread.sleep(800);
        assertThat(this.watch.stop()).isEqualTo(2);
        assertThat(only("new").causes()).containsExactly("timeout");
        assertThat(only("established").causes()).containsExactly("timeout");
    }

    private void stallBoth() {
        this.service.stall(true);
        await().pollInterval(Duration.ofMillis(1)).until(this.service::isHoldingBoth);
    }

    @Test
    void stallIsAnInterruptionOfBothUntilTheEchoGoesOn() throws Exception {
        watch(new FaultyService(), Duration.ofSeconds(1), null, false, NONE);
        disrupt(Duration.ofMillis(1500), this::stallBoth, () -> this.service.stall(false));
        for (String clock : List.of("established", "new")) {
            Found found = only(clock);
            assertThat(found.text("cause")).isEqualTo("stall");
            assertThat(found.text("error")).isEqualTo("no echo came within 1000ms");
            assertContainsTheFault(found);
        }
        this.watch.stop();
    }

    @Test
    void stallThatIsShorterThanTheTimeoutIsNone() throws Exception {
        watch();
        disrupt(Duration.ofMillis(300), () -> this.service.stall(true), () -> this.service.stall(false));
        assertThat(this.watch.stop()).isZero();
        assertThat(this.watch.interruptions("established")).isEmpty();
        assertThat(this.watch.interruptions("new")).isEmpty();
    }

    @Test
    void flippedBitIsAMismatch() throws Exception {
        watch();
        disrupt(Duration.ZERO, () -> this.service.bendNextOfEstablished(WatchTests::flip), () -> {});
        Found found = only("established");
        assertThat(found.causes()).containsExactly("mismatch");
        assertThat(found.text("error")).isEqualTo("byte 7 of a message, counted from 0, is not the one that was sent");
        assertThat(found.number("lostMessages")).isPositive();
        assertContainsTheFault(found);
        this.watch.stop();
        assertThat(this.watch.interruptions("new")).isEmpty();
    }

    private static byte[] flip(byte[] bytes) {
        bytes[7] ^= 1;
        return bytes;
    }

    @Test
    void bytesThatAreDroppedAreAMismatch() throws Exception {
        watch();
        disrupt(
                Duration.ZERO,
                () -> this.service.bendNextOfEstablished(bytes -> Arrays.copyOf(bytes, bytes.length - 10)),
                () -> {});
        Found found = only("established");
        assertThat(found.causes()).containsExactly("mismatch");
        assertContainsTheFault(found);
        this.watch.stop();
    }

    @Test
    void bytesThatComeTwiceAreAMismatch() throws Exception {
        watch();
        this.service.bendNextOfEstablished(bytes -> {
            byte[] twice = Arrays.copyOf(bytes, 2 * bytes.length);
            System.arraycopy(bytes, 0, twice, bytes.length, bytes.length);
            return twice;
        });
        assertThat(only("established").causes()).containsExactly("mismatch");
        this.watch.stop();
    }

    @Test
    void tlsThatEndsIsToldWithItsCause() throws Exception {
        TestCertificates certificates = new TestCertificates();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(certificates.issue("server").toKeyManagerFactory().getKeyManagers(), null, null);
        ClientTls tls = new ClientTls(certificates.client(null), null, List.of(), false);
        watch(new FaultyService(context), PATIENT, tls, false, NONE);
        disrupt(Duration.ofMillis(300), () -> this.service.speak(null), () -> this.service.speak(context));
        Found found = only("new");
        assertThat(found.causes()).containsExactly("tls");
        assertContainsTheFault(found);
        assertThat(this.watch.interruptions("established")).isEmpty();
        disrupt(Duration.ZERO, this.service::resetEstablished, () -> {});
        assertThat(only("established").causes()).containsExactly("reset");
        this.watch.stop();
    }
}
