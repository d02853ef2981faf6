/** The Unix sockets of listeners: their files, and who may connect to them. */
@NullMarked
package dev.tcpecho.unix;

import org.jspecify.annotations.NullMarked;
