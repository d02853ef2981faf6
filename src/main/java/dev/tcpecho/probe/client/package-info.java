/** Connects to an echo service: addresses, PROXY header, TLS, and the likely cause if that fails. */
@NullMarked
package dev.tcpecho.probe.client;

import org.jspecify.annotations.NullMarked;
