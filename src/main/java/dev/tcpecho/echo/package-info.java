/** The echo of a connection, and what is known of it. */
@NullMarked
package dev.tcpecho.echo;

import org.jspecify.annotations.NullMarked;
