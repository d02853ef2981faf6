package dev.tcpecho;

import java.util.List;

/** Thrown at start when properties that are valid each by itself cannot be met together, or here. */
public class EchoConfigurationException extends RuntimeException {

    private final String action;

    private final List<String> properties;

    /**
     * Tells what is wrong and what to do.
     *
     * @param message what is wrong, with the property and its value, as a sentence
     * @param action what to do about it, as a sentence
     * @param properties the names of the properties that it is about, so that the user can be told where each was set
     */
    public EchoConfigurationException(String message, String action, String... properties) {
        super(message);
        this.action = action;
        this.properties = List.of(properties);
    }

    /**
     * Returns what to do about it.
     *
     * @return a sentence
     */
    public String action() {
        return this.action;
    }

    /**
     * Returns the properties that it is about.
     *
     * @return their names in full; none if the message says where they come from, or if they are in no configuration
     */
    public List<String> properties() {
        return this.properties;
    }
}
