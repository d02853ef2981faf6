/** The application and its configuration. */
@NullMarked
package dev.tcpecho;

import org.jspecify.annotations.NullMarked;
