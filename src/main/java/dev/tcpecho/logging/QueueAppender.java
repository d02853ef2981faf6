package dev.tcpecho.logging;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ContextBase;
import java.util.concurrent.atomic.LongAdder;

/**
 * {@link AsyncAppender} that drops a line if its queue is full, and counts it. The queue holds
 * {@value AsyncAppender#DEFAULT_QUEUE_SIZE} lines at most, and the thread that writes has taken as many at most. A stop
 * takes {@value AsyncAppender#DEFAULT_MAX_FLUSH_TIME} ms at most to write the rest.
 */
final class QueueAppender extends AsyncAppender {

    private final LongAdder dropped = new LongAdder();

    QueueAppender(Appender<ILoggingEvent> appender) {
        // A context of its own has no status listener: Boot's writes to standard error, and would block the stop there.
        setContext(new ContextBase());
        setName(appender.getName());
        setNeverBlock(true);
        // Logback asks whether a line may be dropped if less than this is free, so only if the queue is full.
        setDiscardingThreshold(1);
        // A pattern may ask for the line of code, which only the thread that logs can tell.
        setIncludeCallerData(true);
        addAppender(appender);
    }

    /** One thread at a time, so that no other can fill the queue between the question and the offer. */
    @Override
    protected synchronized void append(ILoggingEvent event) {
        super.append(event);
    }

    @Override
    protected boolean isDiscardable(ILoggingEvent event) {
        this.dropped.increment();
        return true;
    }

    /** Returns how many lines were dropped. */
    long dropped() {
        return this.dropped.sum();
    }
}
