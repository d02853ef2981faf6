package dev.tcpecho;

import org.jspecify.annotations.Nullable;

/** How many connections may be open at the same time. */
public final class ConnectionLimit {

    private static final ConnectionLimit AUTO = new ConnectionLimit(10_000, true);

    private final int most;

    private final boolean auto;

    private ConnectionLimit(int most, boolean auto) {
        this.most = most;
        this.auto = auto;
    }

    /**
     * Reads a limit.
     *
     * @param text {@code auto} or a whole number from 1 on
     * @return the limit
     * @throws IllegalArgumentException if it is anything else
     */
    public static ConnectionLimit valueOf(String text) {
        return text.equalsIgnoreCase("auto") ? AUTO : valueOf(Integer.valueOf(text));
    }

    /**
     * Reads a limit, which YAML has as a number.
     *
     * @param number a number from 1 on
     * @return the limit
     * @throws IllegalArgumentException if it is less than 1
     */
    public static ConnectionLimit valueOf(Integer number) {
        if (number < 1) {
            throw new IllegalArgumentException("A limit of connections must be 1 or more");
        }
        return new ConnectionLimit(number, false);
    }

    /**
     * Returns the most connections.
     *
     * @return 1 or more; 10,000 for {@code auto}
     */
    public int most() {
        return this.most;
    }

    /**
     * Tells whether the service lowers the limit by itself to what the process has direct memory for.
     *
     * @return whether it is {@code auto}
     */
    public boolean isAuto() {
        return this.auto;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ConnectionLimit limit && this.most == limit.most && this.auto == limit.auto;
    }

    @Override
    public int hashCode() {
        return this.most;
    }

    @Override
    public String toString() {
        return this.auto ? "auto" : String.valueOf(this.most);
    }
}
