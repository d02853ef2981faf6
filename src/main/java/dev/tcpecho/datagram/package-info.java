/** The echo of datagrams: which are sent back, and how. */
@NullMarked
package dev.tcpecho.datagram;

import org.jspecify.annotations.NullMarked;
