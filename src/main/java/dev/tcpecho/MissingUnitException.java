package dev.tcpecho;

/** Thrown when a property has a number without a unit, and each reader would take it for another one. */
public class MissingUnitException extends RuntimeException {

    private final String value;

    MissingUnitException(String value) {
        super("'%s' has no unit".formatted(value));
        this.value = value;
    }

    /**
     * Returns the number.
     *
     * @return the value of the property, with its placeholders resolved
     */
    public String value() {
        return this.value;
    }
}
