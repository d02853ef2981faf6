package dev.tcpecho;

/** Thrown at start when properties that are valid each by itself cannot be met together, or here. */
public class EchoConfigurationException extends RuntimeException {

    private final String action;

    /**
     * Tells what is wrong and what to do.
     *
     * @param message what is wrong, with the property and its value, as a sentence
     * @param action what to do about it, as a sentence
     */
    public EchoConfigurationException(String message, String action) {
        super(message);
        this.action = action;
    }

    /**
     * Returns what to do about it.
     *
     * @return a sentence
     */
    public String action() {
        return this.action;
    }
}
