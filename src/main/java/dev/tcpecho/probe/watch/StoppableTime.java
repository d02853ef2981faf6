package dev.tcpecho.probe.watch;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** {@link Time} of the machine, until someone stops the run. */
final class StoppableTime implements Time {

    private final CountDownLatch stopped = new CountDownLatch(1);

    /** Asks the run to end. */
    void stop() {
        this.stopped.countDown();
    }

    @Override
    public Moment now() {
        return Moment.now();
    }

    @Override
    public boolean sleep(long nanos) throws InterruptedException {
        return this.stopped.await(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void pause(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(nanos);
    }
}
