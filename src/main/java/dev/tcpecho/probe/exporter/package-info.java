/** Serves a command's figures to Prometheus while the command runs. */
@NullMarked
package dev.tcpecho.probe.exporter;

import org.jspecify.annotations.NullMarked;
