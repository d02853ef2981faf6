package dev.tcpecho.echo;

/** What the echo tells the handlers of its channel, as user events. */
public enum EchoEvent {

    /** The connection is reset: the client is to see no clean end, also where the close waits for a write. */
    RESET,

    /** The service stops, and closes the connection before its echo has begun. */
    DRAIN
}
