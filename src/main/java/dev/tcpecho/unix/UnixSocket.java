package dev.tcpecho.unix;

import dev.tcpecho.EchoConfigurationException;
import dev.tcpecho.EchoProperties.Listener;
import dev.tcpecho.transport.Transport;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannelConfig;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.function.Function;
import org.springframework.core.NestedExceptionUtils;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;
import reactor.netty.tcp.TcpServer;

/** The Unix socket of one listener: a file, or an abstract name (unix(7)), which is the kernel's alone. */
public final class UnixSocket {

    private static final String CHOOSE_PATH = "Set {}.path to another path.";

    private final String name;

    private final Listener listener;

    private final Transport transport;

    private final UnixSocketFile file;

    /**
     * Prepares the socket, and opens nothing.
     *
     * @param name the listener's name
     * @param listener its configuration, with a path
     * @param transport what opens the socket
     */
    public UnixSocket(String name, Listener listener, Transport transport) {
        this.name = name;
        this.listener = listener;
        this.transport = transport;
        this.file = new UnixSocketFile(listener);
    }

    /**
     * Gives a server the options of Unix sockets in place of those that only TCP has.
     *
     * @param tcpServer a server that keeps half-closed connections open
     * @return a server that keeps them open over a Unix socket, too
     */
    public static TcpServer optionsOf(TcpServer tcpServer) {
        return tcpServer
                .childOption(ChannelOption.SO_KEEPALIVE, null)
                // Netty's Unix sockets on NIO take it by a method alone.
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, null)
                .doOnChannelInit((observer, channel, remote) ->
                        ((DuplexChannelConfig) channel.config()).setAllowHalfClosure(true));
    }

    /**
     * Opens the socket. Nobody can connect before its permissions and its group are set. Not on an event loop.
     *
     * @param bind binds a server to an address
     * @return the server
     * @throws EchoConfigurationException if the socket cannot be opened
     */
    public DisposableServer open(Function<SocketAddress, DisposableServer> bind) {
        try {
            return this.listener.path().startsWith("@")
                    ? openAbstract(bind)
                    : this.file.create(path -> bind.apply(this.transport.unixAddress(path.toString())));
        } catch (UnixSocketException ex) {
            throw failure(ex.property(), ex.getMessage(), ex.action());
        } catch (ChannelBindException ex) {
            throw failure("path", reason(ex), CHOOSE_PATH);
        } catch (IOException ex) {
            throw failure("path", UnixSocketException.reason(ex), CHOOSE_PATH);
        }
    }

    private DisposableServer openAbstract(Function<SocketAddress, DisposableServer> bind) throws UnixSocketException {
        if (!this.transport.hasAbstractNames()) {
            throw new UnixSocketException(
                    "the transport %s has no abstract names".formatted(this.transport),
                    "Set echo.transport to 'epoll' or 'io-uring', or {}.path to a path that begins with '/'.");
        }
        try {
            return bind.apply(
                    this.transport.unixAddress("\0" + this.listener.path().substring(1)));
        } catch (ChannelBindException ex) {
            if (reason(ex).contains("Address already in use")) {
                throw new UnixSocketException(
                        "a process listens on this name",
                        "Stop that process ('ss -xlp' shows it), or set {}.path to another name.");
            }
            throw ex;
        }
    }

    private static String reason(ChannelBindException failure) {
        return String.valueOf(NestedExceptionUtils.getMostSpecificCause(failure).getMessage());
    }

    private EchoConfigurationException failure(String property, String reason, String action) {
        String listener = "echo.listeners." + this.name;
        return new EchoConfigurationException(
                "The listener '%s' cannot listen on '%s': %s.".formatted(this.name, this.listener.path(), reason),
                action.replace("{}", listener),
                "%s.%s".formatted(listener, property));
    }

    /** Removes the file, unless something else has taken its place. Before the server is closed. */
    public void remove() {
        this.file.remove();
    }
}
