package dev.tcpecho.echo;

import java.time.Duration;
import java.util.List;

/**
 * What is known of a connection that is open.
 *
 * @param listener the name of the listener that accepted it
 * @param client the address of its client, which a trusted proxy may have named
 * @param age how long it has been open
 * @param heldBytes how many bytes of buffers are held for it
 * @param behaviours the names of the behaviours that shape its stream
 */
public record OpenConnection(String listener, String client, Duration age, long heldBytes, List<String> behaviours) {}
