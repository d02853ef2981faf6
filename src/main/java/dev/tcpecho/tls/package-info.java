/** TLS: certificates that are replaced while the service runs, and handshakes. */
@NullMarked
package dev.tcpecho.tls;

import org.jspecify.annotations.NullMarked;
