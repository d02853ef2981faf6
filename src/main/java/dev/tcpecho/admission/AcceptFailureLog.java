package dev.tcpecho.admission;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/** Logs that connections cannot be accepted, once a second at most. */
public final class AcceptFailureLog {

    private static final Log logger = LogFactory.getLog(AcceptFailureLog.class);

    private final AtomicLong loggedSecond = new AtomicLong();

    private final String acceptor;

    /**
     * Starts with none.
     *
     * @param acceptor who accepts, as the beginning of a sentence
     */
    public AcceptFailureLog(String acceptor) {
        this.acceptor = acceptor;
    }

    /**
     * Logs a failure, unless another one was logged in this second.
     *
     * @param cause what the kernel said
     */
    public void add(Throwable cause) {
        long second = System.nanoTime() / 1_000_000_000;
        if (this.loggedSecond.getAndSet(second) != second) {
            logger.warn("%s cannot accept connections for now: %s".formatted(this.acceptor, cause.getMessage()));
        }
    }
}
