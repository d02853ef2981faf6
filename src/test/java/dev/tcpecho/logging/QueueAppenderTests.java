package dev.tcpecho.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.AppenderBase;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class QueueAppenderTests {

    private final LoggerContext context = new LoggerContext();

    private final BlockedAppender blocked = new BlockedAppender();

    private final QueueAppender queue = new QueueAppender(this.blocked);

    @BeforeEach
    void start() {
        this.context.setMDCAdapter(new LogbackMDCAdapter());
        this.blocked.setContext(this.context);
        this.blocked.start();
        this.queue.start();
    }

    @AfterEach
    void stop() {
        this.blocked.goOn.countDown();
        this.queue.stop();
        this.context.stop();
    }

    private void log(int line) {
        this.queue.doAppend(new LoggingEvent(
                getClass().getName(), this.context.getLogger("test"), Level.INFO, String.valueOf(line), null, null));
    }

    /** Logs one line, and waits until the thread that writes has taken it and stands still. */
    private void block() {
        log(0);
        await().until(() -> this.queue.getNumberOfElementsInQueue() == 0);
    }

    @Test
    void everyLineAboveAFullQueueIsDroppedAndCountedHoweverManyThreadsLog() {
        block();
        IntStream.rangeClosed(1, 10_000).parallel().forEach(this::log);
        assertThat(this.queue.dropped()).isEqualTo(10_000 - AsyncAppender.DEFAULT_QUEUE_SIZE);
        this.blocked.goOn.countDown();
        await().untilAsserted(() -> assertThat(this.blocked.written).hasSize(1 + AsyncAppender.DEFAULT_QUEUE_SIZE));
        assertThat(this.queue.dropped()).isEqualTo(10_000 - AsyncAppender.DEFAULT_QUEUE_SIZE);
    }

    @Test
    void aStopWritesEveryLineInOrder() {
        block();
        IntStream.range(1, 100).forEach(this::log);
        Thread reader = new Thread(this.blocked.goOn::countDown);
        reader.start();
        this.queue.stop();
        assertThat(this.blocked.written)
                .extracting(ILoggingEvent::getMessage)
                .containsExactlyElementsOf(
                        IntStream.range(0, 100).mapToObj(String::valueOf).toList());
        assertThat(this.queue.dropped()).isZero();
    }

    /** What Boot has report a problem of the log writes to standard error, which may be the same pipe. */
    @Test
    void aStopGivesUpWhatCannotBeWrittenAndWritesNothingElsewhere(CapturedOutput output) {
        block();
        IntStream.range(1, 100).forEach(this::log);
        this.queue.stop();
        log(100);
        assertThat(this.blocked.written).isEmpty();
        assertThat(output.getAll()).isEmpty();
    }

    @Test
    void theLineOfCodeThatLoggedIsKnown() {
        this.blocked.goOn.countDown();
        log(0);
        await().untilAsserted(() -> assertThat(this.blocked.written)
                .singleElement()
                .satisfies(event -> assertThat(event.hasCallerData()).isTrue()));
    }

    /** Stands still until it may go on, as a pipe does that nobody reads. */
    private static final class BlockedAppender extends AppenderBase<ILoggingEvent> {

        private final CountDownLatch goOn = new CountDownLatch(1);

        private final Queue<ILoggingEvent> written = new ConcurrentLinkedQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            while (true) {
                try {
                    this.goOn.await();
                    break;
                } catch (InterruptedException ex) {
                    // A write to a pipe goes on as well.
                }
            }
            this.written.add(event);
        }
    }
}
