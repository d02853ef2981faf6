/** The Netty handlers below the echo: bounded reads, time limits, lingering close. */
@NullMarked
package dev.tcpecho.channel;

import org.jspecify.annotations.NullMarked;
