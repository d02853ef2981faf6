/** The echo itself: the TCP server, its life cycle and the way of a buffer through it. */
@NullMarked
package dev.tcpecho.server;

import org.jspecify.annotations.NullMarked;
