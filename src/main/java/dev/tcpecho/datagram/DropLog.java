package dev.tcpecho.datagram;

import dev.tcpecho.logging.RefusalSums;
import dev.tcpecho.metrics.DatagramMetrics;
import dev.tcpecho.metrics.DropReason;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetAddress;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/** Counts the datagrams of one listener that are not sent back, and logs them once a second, summed. */
public final class DropLog {

    private static final Log logger = LogFactory.getLog(DropLog.class);

    private final DatagramMetrics metrics;

    private final RefusalSums<DropReason> sums;

    /**
     * Starts with none.
     *
     * @param listener the listener's name
     * @param metrics where they are counted
     */
    public DropLog(String listener, DatagramMetrics metrics) {
        this.metrics = metrics;
        this.sums = new RefusalSums<>(
                DropReason.class, sums -> logger.info("Echo dropped datagrams on %s: %s".formatted(listener, sums)));
    }

    /**
     * Counts a datagram that is not sent back.
     *
     * @param reason why
     * @param client its sender's address
     * @param executor what logs it, a second later
     */
    public void add(DropReason reason, InetAddress client, EventExecutor executor) {
        this.metrics.dropped(reason);
        this.sums.add(reason, client, executor);
    }
}
