package dev.tcpecho.probe.udp;

/**
 * What became of some datagrams of one size.
 *
 * @param isWhole whether one of them came back whole
 * @param isTooLong whether this host's kernel refused to send them (EMSGSIZE)
 * @param reason why none came back whole, in a sentence's end
 */
record SizeTrial(boolean isWhole, boolean isTooLong, String reason) {}
