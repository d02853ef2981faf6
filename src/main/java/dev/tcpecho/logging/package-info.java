/** The log, behind a queue, so that whoever writes a line never waits for what reads it. */
@NullMarked
package dev.tcpecho.logging;

import org.jspecify.annotations.NullMarked;
