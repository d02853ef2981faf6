/**
 * What a listener makes of an echo beside echoing it: a greeting, and faults. Each is one class, from a Flux of buffers
 * to a Flux of buffers. {@link dev.tcpecho.behaviour.ListenerBehaviours} puts them into the stream of a connection.
 */
@NullMarked
package dev.tcpecho.behaviour;

import org.jspecify.annotations.NullMarked;
