/** The container's health check, which runs beside the service, in a process of its own without Spring's context. */
@NullMarked
package dev.tcpecho.healthcheck;

import org.jspecify.annotations.NullMarked;
