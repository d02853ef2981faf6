package dev.tcpecho.probe.cli;

/** The exit codes of every command of the client. */
public final class ExitCode {

    /** Every byte came back. */
    public static final int COMPLETE = 0;

    /** Something was lost or changed. */
    public static final int LOST = 1;

    /** No connection could be made. */
    public static final int NOT_CONNECTED = 2;

    /** EX_USAGE of sysexits.h. */
    public static final int BAD_USAGE = 64;

    /** EX_SOFTWARE of sysexits.h: the client failed, which says nothing about the service. */
    public static final int DEFECT = 70;

    private ExitCode() {}
}
