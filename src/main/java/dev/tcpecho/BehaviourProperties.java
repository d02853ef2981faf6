package dev.tcpecho;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;

/**
 * What a listener makes of its echo beside echoing it: a greeting, and faults. None by default. Each behaviour can be
 * written as one value, for example {@code delay: 100ms}, or with its settings. A probability, 0 to 1, is drawn once
 * for a connection. The order in which behaviours follow each other does not depend on the order in which they are
 * written.
 *
 * @param seed where the draws come from: the same seed and the same sequence of connections give the same faults.
 *     Without a seed the start takes one, which the log tells
 * @param beans the names of the beans of the type Behaviour that shape the stream first; {@code *} for every one
 * @param corrupt flips bits
 * @param delay holds every buffer and the end of the stream for a while, one way
 * @param rate limits the bytes a second that are sent
 * @param chunk splits what is sent into smaller writes
 * @param stallAfter stops the echo, and pushes the client back
 * @param greeting is sent before any byte of the client
 * @param closeAfter ends the connection with a FIN
 * @param resetAfter ends the connection with a RST
 * @param refuse refuses connections
 * @param loss loses datagrams
 */
public record BehaviourProperties(
        @Nullable Long seed,
        @DefaultValue("*") List<String> beans,
        @Nullable Corrupt corrupt,
        @Nullable Delay delay,
        @Nullable Rate rate,
        @Nullable Chunk chunk,
        @Nullable After stallAfter,
        @Nullable Greeting greeting,
        @Nullable After closeAfter,
        @Nullable After resetAfter,
        @Nullable Refuse refuse,
        @Nullable Loss loss) {

    /** No behaviour but the beans. */
    public static final BehaviourProperties NONE =
            new BehaviourProperties(null, List.of("*"), null, null, null, null, null, null, null, null, null, null);

    private static final String ALWAYS = "1";

    /**
     * Flips one bit in each stretch of the stream.
     *
     * @param oneBitIn the length of a stretch, 1 byte or more
     * @param probability the share of connections
     */
    public record Corrupt(
            DataSize oneBitIn, @DefaultValue(ALWAYS) double probability) {

        /**
         * Reads the short form.
         *
         * @param text a data size, for example {@code 1MB}
         * @return one flipped bit in so many bytes, for every connection
         */
        public static Corrupt valueOf(String text) {
            return new Corrupt(DataSize.parse(text), 1);
        }
    }

    /**
     * Holds every buffer and the end of the stream for a while. The order is kept, and several buffers can be under way
     * at once.
     *
     * @param duration for how long
     * @param jitter how far the time of a buffer may be from that: at most, if it is uniform, and the standard
     *     deviation, if it is normal
     * @param distribution how the jitter is distributed
     * @param probability the share of connections
     */
    public record Delay(
            Duration duration,
            @DefaultValue("0s") Duration jitter,
            @DefaultValue("uniform") Distribution distribution,
            @DefaultValue(ALWAYS) double probability) {

        /**
         * Reads the short form.
         *
         * @param text a duration, for example {@code 100ms}
         * @return a delay without jitter, for every connection
         */
        public static Delay valueOf(String text) {
            return new Delay(DurationStyle.detectAndParse(text), Duration.ZERO, Distribution.UNIFORM, 1);
        }
    }

    /** How jitter is distributed. */
    public enum Distribution {

        /** Every time in the range is as likely. */
        UNIFORM,

        /** A bell curve around the duration; what would be negative is 0. */
        NORMAL
    }

    /**
     * Limits the bytes a second that are sent, in steps of at most 10 ms.
     *
     * @param bytesPerSecond how many, 1 byte or more
     * @param scope what shares them
     * @param probability the share of connections
     */
    public record Rate(
            DataSize bytesPerSecond,
            @DefaultValue("connection") Scope scope,
            @DefaultValue(ALWAYS) double probability) {

        /**
         * Reads the short form.
         *
         * @param text a data size, for example {@code 1MB}
         * @return that many bytes a second, for every connection
         */
        public static Rate valueOf(String text) {
            return new Rate(DataSize.parse(text), Scope.CONNECTION, 1);
        }
    }

    /** What shares a rate. */
    public enum Scope {

        /** Each connection has the whole rate. */
        CONNECTION,

        /** All connections of the listener share the rate. */
        LISTENER
    }

    /**
     * Splits what is sent into writes, each of which is flushed by itself.
     *
     * @param size the most bytes of a write, 1 or more
     * @param variation how far the size of a write may be from that, less than the size
     * @param pause the time between two writes
     * @param probability the share of connections
     */
    public record Chunk(
            DataSize size,
            @DefaultValue("0B") DataSize variation,
            @DefaultValue("0s") Duration pause,
            @DefaultValue(ALWAYS) double probability) {

        /**
         * Reads the short form.
         *
         * @param text a data size, for example {@code 100B}
         * @return chunks of that size without a pause, for every connection
         */
        public static Chunk valueOf(String text) {
            return new Chunk(DataSize.parse(text), DataSize.ofBytes(0), Duration.ZERO, 1);
        }
    }

    /**
     * When something happens to a connection: at a number of bytes or at an age, whichever comes first.
     *
     * @param bytes at how many bytes, 1 or more
     * @param time how long after the connection was admitted
     * @param probability the share of connections
     */
    public record After(
            @Nullable DataSize bytes,
            @Nullable Duration time,
            @DefaultValue(ALWAYS) double probability) {

        /**
         * Reads the short form.
         *
         * @param text a data size, for example {@code 10KB}, or a duration, for example {@code 5s}
         * @return that number of bytes or that age, for every connection
         */
        public static After valueOf(String text) {
            try {
                return new After(DataSize.parse(text), null, 1);
            } catch (IllegalArgumentException ex) {
                return new After(null, DurationStyle.detectAndParse(text), 1);
            }
        }
    }

    /**
     * Is sent first, at once, before any byte of the client.
     *
     * @param text the greeting. {@code \r}, {@code \n}, {@code \t} and <code>\\</code> stand for the characters, and
     *     {@code {hostname}}, {@code {listener}}, {@code {port}}, {@code {remote}}, {@code {sni}} and
     *     {@code {connection}} for what is known of the connection
     * @param format whether the text is sent, or the same facts as a line of JSON
     * @param probability the share of connections
     */
    public record Greeting(
            @DefaultValue("") String text,
            @DefaultValue("text") Format format,
            @DefaultValue(ALWAYS) double probability) {

        /** The names that may stand between braces in the text. */
        public static final List<String> PLACEHOLDERS =
                List.of("hostname", "listener", "port", "remote", "sni", "connection");

        /** The most characters of the text. */
        static final int MAX_LENGTH = 1024;

        /**
         * Reads the short form.
         *
         * @param text the greeting, or {@code json}
         * @return the greeting, for every connection
         */
        public static Greeting valueOf(String text) {
            return text.equals("json") ? new Greeting("", Format.JSON, 1) : new Greeting(text, Format.TEXT, 1);
        }
    }

    /** What a greeting consists of. */
    public enum Format {

        /** The text of the configuration. */
        TEXT,

        /** A JSON object on a line of its own. */
        JSON
    }

    /**
     * Refuses connections.
     *
     * @param share the share of connections that is refused, 0 to 1; all of them where the port is closed
     * @param mode what their clients see
     */
    public record Refuse(
            @DefaultValue(ALWAYS) double share,
            @DefaultValue("reset") Mode mode) {

        /**
         * Reads the short form.
         *
         * @param text a share, for example {@code 0.1}, or {@code close-port}
         * @return that share of connections is reset, or the port is closed
         */
        public static Refuse valueOf(String text) {
            return text.equals("close-port")
                    ? new Refuse(1, Mode.CLOSE_PORT)
                    : new Refuse(Double.parseDouble(text), Mode.RESET);
        }
    }

    /**
     * Loses datagrams: they are read, and not sent back.
     *
     * @param probability the share of datagrams, 0 to 1
     */
    public record Loss(double probability) {

        /**
         * Reads the short form.
         *
         * @param text a share, for example {@code 0.1}
         * @return that share of datagrams is lost
         */
        public static Loss valueOf(String text) {
            return new Loss(Double.parseDouble(text));
        }
    }

    /** How connections are refused. */
    public enum Mode {

        /** A connection is reset right after it was accepted, before TLS. */
        RESET,

        /** The listener closes its port, so that the kernel refuses connections. */
        CLOSE_PORT
    }
}
