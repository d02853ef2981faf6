package dev.tcpecho.address;

/** Thrown for a text that is not a block of IP addresses. The message is a sentence that tells what to write. */
public final class InvalidAddressBlockException extends IllegalArgumentException {

    InvalidAddressBlockException(String message) {
        super(message);
    }

    static InvalidAddressBlockException write(String block, String text, String reason) {
        return new InvalidAddressBlockException("Write '%s' in place of '%s', %s.".formatted(block, text, reason));
    }
}
