/** What is counted about connections and their bytes. */
@NullMarked
package dev.tcpecho.metrics;

import org.jspecify.annotations.NullMarked;
