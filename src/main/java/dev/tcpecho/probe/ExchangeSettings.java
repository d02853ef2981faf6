package dev.tcpecho.probe;

import java.time.Duration;

/**
 * What an exchange sends, and how long it waits.
 *
 * @param count how many messages, 1 or more
 * @param size the bytes of a message, 1 or more
 * @param interval the pause between two messages
 * @param timeout how long to wait each time for the next bytes
 */
record ExchangeSettings(int count, long size, Duration interval, Duration timeout) {}
