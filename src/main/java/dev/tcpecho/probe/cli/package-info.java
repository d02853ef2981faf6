/** What every command of the client says and reads: options, units, output. */
@NullMarked
package dev.tcpecho.probe.cli;

import org.jspecify.annotations.NullMarked;
