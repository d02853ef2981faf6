/** The TCP server: what it is assembled of, its listeners and its stop. */
@NullMarked
package dev.tcpecho.server;

import org.jspecify.annotations.NullMarked;
