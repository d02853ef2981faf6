package dev.tcpecho.admission;

/** Says that some bytes are no PROXY protocol header, or a bad one. It has no stack trace, as a client may cause it. */
final class BadProxyHeaderException extends Exception {

    private static final long serialVersionUID = 1L;

    private final ProxyHeaderFault fault;

    BadProxyHeaderException(ProxyHeaderFault fault) {
        super(fault.toString(), null, false, false);
        this.fault = fault;
    }

    ProxyHeaderFault fault() {
        return this.fault;
    }
}
