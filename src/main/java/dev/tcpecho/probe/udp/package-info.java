/** The exchange of datagrams with an echo service by UDP (RFC 862). */
@NullMarked
package dev.tcpecho.probe.udp;

import org.jspecify.annotations.NullMarked;
