/** The client that drives many connections at the same time, on Netty's event loops, and compares every byte. */
@NullMarked
package dev.tcpecho.probe.load;

import org.jspecify.annotations.NullMarked;
