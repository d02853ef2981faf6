package dev.tcpecho.admission;

import dev.tcpecho.metrics.RejectReason;
import java.util.Locale;

/** What is wrong where a PROXY protocol header is due: a closed list, as the log names it. */
enum ProxyHeaderFault {

    /** The connection ended without a byte, or sent none in time. */
    NO_BYTE,

    /** The first bytes are not those of a header. */
    OTHER_BYTES,

    /** The connection ended within the header, or the rest did not come in time. */
    INCOMPLETE,

    /** Version 1: the line does not end where the longest one does. */
    LINE_LENGTH,

    /** Version 1: an announced TCP connection has other than two addresses and two ports. */
    FIELDS,

    /** Version 2: the version is another one. */
    VERSION,

    /** Version 2: the command is neither LOCAL nor PROXY. */
    COMMAND,

    /** The address family or the transport protocol is none of the specification. */
    PROTOCOL,

    /** Version 2: the header is shorter than its addresses. */
    ADDRESS_LENGTH,

    /** Version 1: an address is of the other family than the announced one. */
    ADDRESS_FAMILY,

    /** Version 1: the source is no address, or one with a scope. */
    SOURCE_ADDRESS,

    /** Version 1: the destination is no address. */
    DESTINATION_ADDRESS,

    /** Version 1: the source port is not one of 0 to 65535. */
    SOURCE_PORT,

    /** Version 1: the destination port is not one of 0 to 65535. */
    DESTINATION_PORT;

    /** Returns whether there is no header at all, or a bad one. */
    RejectReason reason() {
        return switch (this) {
            case NO_BYTE, OTHER_BYTES -> RejectReason.PROXY_PROTOCOL_MISSING;
            default -> RejectReason.PROXY_PROTOCOL_BAD;
        };
    }

    /** Returns the name in the log, for example {@code source-port}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
