/** The ways to reach the kernel's sockets, and the event loops that use one of them. */
@NullMarked
package dev.tcpecho.transport;

import org.jspecify.annotations.NullMarked;
