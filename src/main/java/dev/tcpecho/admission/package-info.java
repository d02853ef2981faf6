/** Who may connect: limits, address rules and the PROXY protocol, before the echo and before TLS. */
@NullMarked
package dev.tcpecho.admission;

import org.jspecify.annotations.NullMarked;
