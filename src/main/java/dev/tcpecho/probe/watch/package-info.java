/** The command {@code probe watch}: which interruptions the path to an echo service has, how long, and why. */
@NullMarked
package dev.tcpecho.probe.watch;

import org.jspecify.annotations.NullMarked;
