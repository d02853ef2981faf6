package dev.tcpecho.probe.watch;

/** A thread that does not keep the process alive: a connect cannot be broken off. */
final class DaemonThread extends Thread {

    DaemonThread(Runnable task) {
        super(task, "watch");
        setDaemon(true);
    }
}
