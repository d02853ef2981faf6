/** The service's own client, which runs without Spring's context; the plain probe runs without Netty too. */
@NullMarked
package dev.tcpecho.probe;

import org.jspecify.annotations.NullMarked;
