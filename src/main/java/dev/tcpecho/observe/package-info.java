/** What the management endpoints tell about the echo. */
@NullMarked
package dev.tcpecho.observe;

import org.jspecify.annotations.NullMarked;
