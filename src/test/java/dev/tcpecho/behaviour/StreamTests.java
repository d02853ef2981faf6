package dev.tcpecho.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.tcpecho.behaviour.ShapedStream.Sent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each behaviour makes of a stream, to the millisecond and the byte. */
class StreamTests {

    private static ShapedStream stream(String... settings) {
        return new ShapedStream(TestBehaviours.of(settings));
    }

    private static byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom(length).nextBytes(bytes);
        return bytes;
    }

    @Nested
    class DelayTests {

        @Test
        void holdsABufferForItsTime() {
            try (ShapedStream stream = stream("delay=100ms")) {
                stream.receive((byte) 1).pass(99);
                assertThat(stream.sent()).isEmpty();
                assertThat(stream.pass(1).sent()).containsExactly(1);
                assertThat(stream.acted("delay")).isEqualTo(1);
            }
        }

        @Test
        void hasSeveralBuffersUnderWayAtOnce() {
            try (ShapedStream stream = stream("delay=100ms")) {
                for (byte i = 0; i < 50; i++) {
                    stream.receive(i).pass(1);
                }
                stream.pass(100);
                assertThat(stream.writes())
                        .extracting(Sent::millis)
                        .containsExactlyElementsOf(IntStream.range(100, 150)
                                .mapToObj(i -> (long) i)
                                .toList());
            }
        }

        @Test
        void holdsTheEndOfTheStreamToo() {
            try (ShapedStream stream = stream("delay=100ms")) {
                stream.receive((byte) 1).pass(30).complete().pass(70);
                assertThat(stream.sent()).hasSize(1);
                assertThat(stream.pass(29).isComplete()).isFalse();
                assertThat(stream.pass(1).isComplete()).isTrue();
            }
        }

        @ParameterizedTest
        @CsvSource({"uniform, 50, 150", "normal, 0, 400"})
        void spreadsTheTimesAndKeepsTheOrder(String distribution, long least, long most) {
            List<Long> delays = new ArrayList<>();
            for (int number = 1; number <= 500; number++) {
                BehaviourSet set = TestBehaviours.set(
                        "delay.duration=100ms", "delay.jitter=50ms", "delay.distribution=" + distribution, "seed=7");
                try (ShapedStream stream = new ShapedStream(set, number)) {
                    stream.receive((byte) 1).receive((byte) 2).receive((byte) 3).pass(500);
                    assertThat(stream.sent()).containsExactly(1, 2, 3);
                    delays.add(stream.writes().get(0).millis());
                }
            }
            assertThat(delays).allSatisfy(delay -> assertThat(delay).isBetween(least, most));
            double mean = delays.stream().mapToLong(Long::longValue).average().orElseThrow();
            double deviation = Math.sqrt(delays.stream()
                    .mapToDouble(delay -> (delay - mean) * (delay - mean))
                    .average()
                    .orElseThrow());
            // Of the first of the two: rounded up to a millisecond.
            assertThat(mean).isCloseTo(100.5, within(6.0));
            double expected = distribution.equals("uniform") ? 50 / Math.sqrt(3) : 50;
            assertThat(deviation).isCloseTo(expected, within(4.0));
        }

        @Test
        void letsEverythingGoWhenItIsReplaced() {
            try (ShapedStream stream = stream("delay=1h")) {
                stream.receive((byte) 1).receive((byte) 2).pass(10).replace();
                assertThat(stream.sent()).containsExactly(1, 2);
                assertThat(stream.isComplete()).isTrue();
            }
        }
    }

    @Nested
    class RateTests {

        @ParameterizedTest
        @ValueSource(strings = {"1KB", "10KB", "1MB", "50MB"})
        void isKeptAndSmooth(String rate) {
            int bytesPerSecond = (int)
                    TestBehaviours.of("rate=" + rate).rate().bytesPerSecond().toBytes();
            try (ShapedStream stream = stream("rate=" + rate)) {
                byte[] payload = randomBytes(bytesPerSecond);
                stream.receive(payload).pass(1020);
                assertThat(stream.sent()).isEqualTo(payload);
                assertThat(stream.writes().get(stream.writes().size() - 1).millis())
                        .isBetween(980L, 1000L);
                long[] sentUntil = new long[1021];
                stream.writes().forEach(write -> sentUntil[(int) write.millis()] += write.bytes().length);
                for (int i = 1; i < sentUntil.length; i++) {
                    sentUntil[i] += sentUntil[i - 1];
                }
                for (int millis = 20; millis < 980; millis++) {
                    assertThat(sentUntil[millis] - sentUntil[millis - 20])
                            .as("bytes in the 20 ms until %s", millis)
                            .isCloseTo(bytesPerSecond / 50, within(Math.max(1L, bytesPerSecond / 90)));
                }
            }
        }

        @Test
        void ofAGigabyteASecondWaitsForNothingLess() {
            try (ShapedStream stream = stream("rate=1GB")) {
                for (int i = 0; i < 10; i++) {
                    stream.receive(randomBytes(65_536));
                }
                assertThat(stream.sent()).hasSize(655_360);
            }
        }

        @Test
        void makesUpForNothingThatWasNotSent() {
            try (ShapedStream stream = stream("rate=10KB")) {
                stream.receive(randomBytes(1024)).pass(10_000);
                stream.receive(randomBytes(10_240)).pass(500);
                assertThat(stream.sent().length - 1024).isBetween(5000, 5330);
            }
        }

        @ParameterizedTest
        @CsvSource({"connection, 1024", "listener, 512"})
        void isForAConnectionOrSharedByTheListener(String scope, int each) {
            BehaviourSet set = TestBehaviours.set("rate.bytes-per-second=1KB", "rate.scope=" + scope);
            try (ShapedStream one = new ShapedStream(set, 1);
                    ShapedStream other = new ShapedStream(set, 2)) {
                one.receive(randomBytes(4000));
                other.receive(randomBytes(4000));
                for (int i = 0; i < 1000; i++) {
                    one.pass(1);
                    other.pass(1);
                }
                assertThat(one.sent().length).isCloseTo(each, within(25));
                assertThat(other.sent().length).isCloseTo(each, within(25));
            }
        }
    }

    @Nested
    class ChunkTests {

        @Test
        void splitsWritesWithAPauseBetweenThem() {
            try (ShapedStream stream = stream("chunk.size=100B", "chunk.pause=10ms")) {
                stream.receive(randomBytes(250)).pass(100);
                assertThat(stream.writes())
                        .extracting(Sent::millis, write -> write.bytes().length)
                        .containsExactly(tuple(0L, 100), tuple(10L, 100), tuple(20L, 50));
                assertThat(stream.acted("chunk")).isEqualTo(3);
            }
        }

        @Test
        void variesTheSize() {
            try (ShapedStream stream = stream("chunk.size=100B", "chunk.variation=50B", "seed=1")) {
                byte[] payload = randomBytes(100_000);
                assertThat(stream.receive(payload).sent()).isEqualTo(payload);
                List<Integer> sizes = stream.writes().stream()
                        .map(write -> write.bytes().length)
                        .toList();
                assertThat(sizes.subList(0, sizes.size() - 1))
                        .allSatisfy(size -> assertThat(size).isBetween(50, 150))
                        .contains(50, 100, 150);
            }
        }
    }

    @Nested
    class StallAfterTests {

        @Test
        void stopsAtTheByteAndGoesOnWhenItIsReplaced() {
            try (ShapedStream stream = stream("stall-after=3B")) {
                stream.receive((byte) 1, (byte) 2)
                        .receive((byte) 3, (byte) 4)
                        .receive((byte) 5)
                        .pass(60_000);
                assertThat(stream.sent()).containsExactly(1, 2, 3);
                assertThat(stream.acted("stall-after")).isEqualTo(1);
                assertThat(stream.replace().sent()).containsExactly(1, 2, 3, 4, 5);
            }
        }

        @Test
        void stopsAtAnAge() {
            try (ShapedStream stream = stream("stall-after=5s")) {
                assertThat(stream.pass(4999).receive((byte) 1).sent()).containsExactly(1);
                assertThat(stream.pass(1).receive((byte) 2).pass(60_000).sent()).containsExactly(1);
            }
        }

        @Test
        void keepsTheEndOfTheStreamBack() {
            try (ShapedStream stream = stream("stall-after=1B")) {
                stream.receive((byte) 1).complete().pass(60_000);
                assertThat(stream.sent()).containsExactly(1);
                assertThat(stream.isComplete()).isFalse();
                assertThat(stream.replace().isComplete()).isTrue();
            }
        }
    }

    @Nested
    class EndAfterTests {

        @Test
        void closesWhenTheBytesOfBothDirectionsHavePassed() {
            try (ShapedStream stream = stream("close-after=10B")) {
                stream.receive(new byte[4]);
                assertThat(stream.acts()).isEmpty();
                stream.receive(new byte[1]).receive(new byte[9]);
                assertThat(stream.sent()).hasSize(5);
                assertThat(stream.acts()).containsExactly("ending");
                assertThat(stream.isComplete()).isTrue();
                assertThat(stream.acted("close-after")).isEqualTo(1);
            }
        }

        @Test
        void cutsWhatIsSent() {
            try (ShapedStream stream = stream("close-after=10B")) {
                stream.receive((byte) 1, (byte) 2, (byte) 3, (byte) 4, (byte) 5, (byte) 6);
                assertThat(stream.sent()).containsExactly(1, 2, 3, 4);
                assertThat(stream.isComplete()).isTrue();
            }
        }

        @Test
        void resetsBehindTheLastByte() {
            try (ShapedStream stream = stream("reset-after=10B")) {
                stream.receive(new byte[6]);
                assertThat(stream.sent()).hasSize(4);
                assertThat(stream.acts()).containsExactly("ending", "reset");
                assertThat(stream.acted("reset-after")).isEqualTo(1);
            }
        }

        @Test
        void countsWhatArrivesAlthoughItIsHeld() {
            try (ShapedStream stream = stream("reset-after=10B", "delay=1h")) {
                stream.receive(new byte[9]);
                assertThat(stream.acts()).isEmpty();
                stream.receive(new byte[1]);
                assertThat(stream.acts()).containsExactly("reset");
            }
        }

        @ParameterizedTest
        @CsvSource({"close-after, close", "reset-after, reset"})
        void endsAnIdleConnectionAtAnAge(String behaviour, String act) {
            try (ShapedStream stream = stream(behaviour + "=5s")) {
                assertThat(stream.pass(4999).acts()).isEmpty();
                assertThat(stream.pass(1).acts()).containsExactly(act);
            }
        }

        @Test
        void endsAStalledConnection() {
            try (ShapedStream stream = stream("reset-after=5s", "stall-after=1B")) {
                assertThat(stream.receive(new byte[10]).pass(5000).acts()).containsExactly("reset");
            }
        }

        @Test
        void endsNothingWhenItHasBeenReplaced() {
            try (ShapedStream stream = stream("reset-after=5s")) {
                assertThat(stream.pass(100).replace().pass(10_000).acts()).isEmpty();
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"close-after=10B", "reset-after=10B"})
        void passesAllOnThatIsHeldWhenItHasBeenReplaced(String behaviour) {
            try (ShapedStream stream = stream(behaviour, "delay=1h")) {
                stream.receive(new byte[9]).replace();
                assertThat(stream.sent()).hasSize(9);
                assertThat(stream.isComplete()).isTrue();
                assertThat(stream.acts()).isEmpty();
            }
        }

        @Test
        void endsNothingThatItsClientHasEnded() {
            try (ShapedStream stream = stream("reset-after.bytes=100B", "reset-after.time=5s")) {
                stream.receive(new byte[10]).complete();
                assertThat(stream.isComplete()).isTrue();
                assertThat(stream.pass(10_000).acts()).isEmpty();
            }
        }
    }

    @Nested
    class CorruptTests {

        private BitSet flipped(byte[] payload, int piece, String... settings) {
            try (ShapedStream stream = stream(settings)) {
                for (int from = 0; from < payload.length; from += piece) {
                    stream.receive(Arrays.copyOfRange(payload, from, Math.min(from + piece, payload.length)));
                }
                BitSet bits = BitSet.valueOf(stream.sent());
                bits.xor(BitSet.valueOf(payload));
                assertThat(stream.acted("corrupt")).isEqualTo(bits.cardinality());
                return bits;
            }
        }

        @Test
        void flipsOneBitInEachStretchHoweverTheStreamIsCut() {
            byte[] payload = randomBytes(10_000);
            BitSet flipped = flipped(payload, 10_000, "corrupt=100B", "seed=5");
            assertThat(flipped.stream().map(bit -> bit / 800).boxed().toList())
                    .containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
            assertThat(flipped(payload, 33, "corrupt=100B", "seed=5")).isEqualTo(flipped);
            assertThat(flipped(payload, 33, "corrupt=100B", "seed=6")).isNotEqualTo(flipped);
        }

        @Test
        void flipsABitInEachByte() {
            assertThat(flipped(randomBytes(1000), 7, "corrupt=1B").cardinality())
                    .isEqualTo(1000);
        }
    }

    @Nested
    class CompositionTests {

        /** Corrupt, delay, rate, chunk, stall, greeting, end: whatever the order in which they are written. */
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "chunk=4B close-after=29B delay=100ms greeting=hi",
                    "greeting=hi delay=100ms close-after=29B chunk=4B"
                })
        void followEachOtherInOneOrder(String settings) {
            try (ShapedStream stream = stream(settings.split(" "))) {
                assertThat(stream.sent()).containsExactly('h', 'i');
                stream.receive(new byte[20]).pass(99);
                assertThat(stream.writes()).hasSize(1);
                stream.pass(1);
                // 20 received, 2 of the greeting, and 7 of the echo.
                assertThat(stream.writes())
                        .extracting(write -> write.bytes().length)
                        .containsExactly(2, 4, 3);
                assertThat(stream.isComplete()).isTrue();
            }
        }

        @Test
        void everythingAtOnceLosesNothing() {
            byte[] payload = randomBytes(50_000);
            try (ShapedStream stream = stream(
                    "delay=20ms",
                    "rate=1MB",
                    "chunk=777B",
                    "stall-after=1h",
                    "close-after=1h",
                    "corrupt.one-bit-in=1B",
                    "corrupt.probability=0")) {
                stream.receive(payload).complete().pass(100);
                assertThat(stream.sent()).isEqualTo(payload);
                assertThat(stream.isComplete()).isTrue();
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"delay=1h", "rate=10B", "chunk.size=1B chunk.pause=1h", "stall-after=1B", "close-after=1h"})
        void releaseWhatTheyHoldWhenTheConnectionEnds(String settings) {
            ShapedStream stream = stream(
                    settings.replace("chunk.size", "delay=1ms chunk.size").split(" "));
            stream.receive(randomBytes(1000)).receive(randomBytes(1000)).pass(5);
            // Fails if anything is left.
            stream.close();
        }
    }
}
