package dev.tcpecho;

/** Thrown when two listeners are configured to open the same port. */
public class DuplicatePortException extends RuntimeException {

    private final String first;

    private final String second;

    private final int port;

    DuplicatePortException(String first, String second, int port) {
        super("The listeners %s and %s both have the port %s".formatted(first, second, port));
        this.first = first;
        this.second = second;
        this.port = port;
    }

    /**
     * Returns one of the two.
     *
     * @return the listener's name
     */
    public String first() {
        return this.first;
    }

    /**
     * Returns the other of the two.
     *
     * @return the listener's name
     */
    public String second() {
        return this.second;
    }

    /**
     * Returns the port that both have.
     *
     * @return the port, 1 to 65535
     */
    public int port() {
        return this.port;
    }
}
