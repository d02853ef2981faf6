package dev.tcpecho.admission;

import dev.tcpecho.logging.RefusalSums;
import dev.tcpecho.metrics.ListenerMetrics;
import dev.tcpecho.metrics.RejectReason;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetAddress;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/** Counts the connections that one listener refuses, and logs them once a second, summed, however many they are. */
public final class RejectionLog {

    private static final Log logger = LogFactory.getLog(RejectionLog.class);

    private final ListenerMetrics metrics;

    private final RefusalSums<RejectReason> sums;

    /**
     * Starts with none.
     *
     * @param listener the listener's name
     * @param metrics where they are counted
     */
    public RejectionLog(String listener, ListenerMetrics metrics) {
        this.metrics = metrics;
        this.sums = new RefusalSums<>(
                RejectReason.class,
                sums -> logger.info("Echo refused connections on %s: %s".formatted(listener, sums)));
    }

    /**
     * Counts a connection that is refused.
     *
     * @param reason why
     * @param client its address, as far as it is known
     * @param executor what logs it, a second later
     */
    public void add(RejectReason reason, InetAddress client, EventExecutor executor) {
        this.metrics.rejected(reason);
        this.sums.add(reason, client, executor);
    }

    /**
     * Counts a connection that is refused for a reason that has details.
     *
     * @param reason why
     * @param detail what exactly, for the log alone; every detail of a reason is of one enum
     * @param client its address, as far as it is known
     * @param executor what logs it, a second later
     */
    public void add(RejectReason reason, Enum<?> detail, InetAddress client, EventExecutor executor) {
        this.metrics.rejected(reason);
        this.sums.add(reason, detail, client, executor);
    }
}
