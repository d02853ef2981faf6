package dev.tcpecho.echo;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/** Logs the connections for which there was no memory, once a second, summed, however many they are. */
public final class MemoryShortage {

    private static final Log logger = LogFactory.getLog(MemoryShortage.class);

    private final LongAdder unlogged = new LongAdder();

    private final AtomicBoolean logging = new AtomicBoolean();

    MemoryShortage() {}

    /**
     * Tells whether a failure is that of an allocation.
     *
     * @param failure what a read or a write failed with
     * @return whether it is one, or a decoder's for one
     */
    public static boolean isCauseOf(Throwable failure) {
        return failure instanceof OutOfMemoryError || failure.getCause() instanceof OutOfMemoryError;
    }

    /** Counts a connection that is reset; an event loop logs it a second later. */
    void add(Throwable cause, EventExecutor executor) {
        this.unlogged.increment();
        if (this.logging.compareAndSet(false, true)) {
            executor.schedule(() -> log(cause), 1, TimeUnit.SECONDS);
        }
    }

    private void log(Throwable example) {
        this.logging.set(false);
        logger.warn(
                "Echo reset connections for which there was no memory: %s; the first: %s. Raise -XX:MaxDirectMemorySize or lower echo.limits.connections"
                        .formatted(this.unlogged.sumThenReset(), example.getMessage()));
    }
}
