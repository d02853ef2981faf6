/** Checks of keys that the service and its client share. */
@NullMarked
package dev.tcpecho.tls.keys;

import org.jspecify.annotations.NullMarked;
