/** What a user is told when the service cannot start: what happened, and what to do, with the value. */
@NullMarked
package dev.tcpecho.diagnostics;

import org.jspecify.annotations.NullMarked;
