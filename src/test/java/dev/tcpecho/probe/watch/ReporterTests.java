package dev.tcpecho.probe.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.probe.cli.Event;
import dev.tcpecho.probe.cli.Event.Type;
import dev.tcpecho.probe.cli.Output;
import dev.tcpecho.probe.cli.OutputFormat;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReporterTests {

    /** An output that takes nothing until it is read, as a full pipe does. */
    private static final class Pipe extends StringWriter {

        private final CountDownLatch read = new CountDownLatch(1);

        @Override
        public void write(String text, int offset, int length) {
            try {
                this.read.await();
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
            super.write(text, offset, length);
        }

        long lines() {
            return toString().lines().count();
        }
    }

    @Test
    void eventsThatNobodyReadsAreDroppedAndCountedAndWhoPrintsThemGoesOn() {
        int events = 2000;
        Pipe pipe = new Pipe();
        try (Reporter reporter = new Reporter(
                new Output(OutputFormat.NDJSON, new PrintWriter(pipe, true), Clock.systemUTC()),
                null,
                List.of(),
                Duration.ofHours(1))) {
            reporter.start();
            for (int i = 0; i < events; i++) {
                reporter.print(new Event(Type.INTERRUPTION, Map.of("number", i), List.of()));
            }
            // The queue has room for 1,024, and one more is at the pipe, or not yet.
            long dropped = reporter.dropped();
            assertThat(dropped).isBetween(events - 1025L, events - 1024L);
            assertThat(pipe.lines()).isZero();
            pipe.read.countDown();
            await().untilAsserted(() -> assertThat(pipe.lines()).isEqualTo(events - dropped));
        }
    }
}
