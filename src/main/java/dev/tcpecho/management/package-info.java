/** What the management endpoints tell about the echo. */
@NullMarked
package dev.tcpecho.management;

import org.jspecify.annotations.NullMarked;
