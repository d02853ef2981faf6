package dev.tcpecho.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/**
 * Keeps an urgent byte where it stands in the stream, which RFC 6093, section 6, asks of a server. Without
 * {@code SO_OOBINLINE} the kernel takes the byte out of the stream.
 */
final class UrgentBytes {

    private static final int SOL_SOCKET = 1;

    private static final int SO_OOBINLINE = 10;

    private UrgentBytes() {}

    /** Returns what sets the option on a channel of Netty's native transports. */
    static Consumer<Channel> inlineOnUnix() {
        ChannelOption<Integer> option = new IntegerUnixChannelOption("SO_OOBINLINE", SOL_SOCKET, SO_OOBINLINE);
        return channel -> channel.config().setOption(option, 1);
    }

    /** Returns what sets the option on a channel of NIO. Java has no constant for it, but lists it with the others. */
    @SuppressWarnings("unchecked") // java.net.Socket has the same option, which is a boolean.
    static Consumer<Channel> inlineOnNio() {
        try (SocketChannel any = SocketChannel.open()) {
            return any.supportedOptions().stream()
                    .filter(option -> option.name().equals("SO_OOBINLINE"))
                    .map(option -> NioChannelOption.of((SocketOption<Boolean>) option))
                    .findFirst()
                    .<Consumer<Channel>>map(
                            option -> channel -> channel.config().setOption(option, true))
                    .orElse(channel -> {});
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}
