package dev.tcpecho.probe.cli;

import org.springframework.util.unit.DataSize;

/** The option {@code --size} of commands that send messages of any size over a stream. */
public final class MessageSize {

    /** The size of a message, 512 bytes if none is given. */
    public static final ValueOption<DataSize> OPTION = ValueOption.of(
                    "size", "SIZE", ValueType.SIZE, "The size of a message, for example 512, 64KB or 1MB.")
            .withDefault("512");

    private static final DataSize MAX = DataSize.ofGigabytes(1);

    private MessageSize() {}

    /**
     * Returns the bytes of a message, from 1 to 1,073,741,824.
     *
     * @throws UsageException if the value is no such size
     */
    public static int bytes(Arguments arguments) {
        DataSize size = arguments.get(OPTION);
        arguments.require(size.toBytes() >= 1 && size.compareTo(MAX) <= 0, OPTION, "from 1B to 1GB");
        return (int) size.toBytes();
    }
}
