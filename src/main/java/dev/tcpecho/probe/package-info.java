/** The service's own client, which runs without Spring's context and without Netty. */
@NullMarked
package dev.tcpecho.probe;

import org.jspecify.annotations.NullMarked;
