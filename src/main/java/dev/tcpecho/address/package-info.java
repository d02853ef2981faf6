/** IP addresses: those of clients, and blocks of them. */
@NullMarked
package dev.tcpecho.address;

import org.jspecify.annotations.NullMarked;
