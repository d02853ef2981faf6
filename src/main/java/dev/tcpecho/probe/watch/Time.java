package dev.tcpecho.probe.watch;

/** The machine's clocks, and ways to wait. */
interface Time {

    /** Returns this moment. */
    Moment now();

    /**
     * Waits, or less if the run is to end.
     *
     * @param nanos how long; not at all if it is not positive
     * @return whether the run is to end
     */
    boolean sleep(long nanos) throws InterruptedException;

    /**
     * Waits, whether the run is to end or not.
     *
     * @param nanos how long
     */
    void pause(long nanos) throws InterruptedException;
}
