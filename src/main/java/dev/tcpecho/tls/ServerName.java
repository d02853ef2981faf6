package dev.tcpecho.tls;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the server name that a client asks for (RFC 6066, section 3). It then takes itself out in front of the TLS
 * handler, which gets all that was read. Java's engine looks at no name, because it ends the handshake at those that
 * are no host names, for example with an underscore.
 */
public final class ServerName extends AbstractSniHandler<Void> {

    private static final AttributeKey<String> NAME = AttributeKey.valueOf("echo.server-name");

    /** The most that Java's engine takes (jdk.tls.maxHandshakeMessageSize). */
    private static final int LONGEST_CLIENT_HELLO = 32 * 1024;

    /** The longest name of a host (RFC 1035, section 2.3.4); a greeting may repeat it many times. */
    private static final int LONGEST_NAME = 255;

    ServerName() {
        // Without a time of its own: that of the TLS handler is running.
        super(LONGEST_CLIENT_HELLO, 0);
    }

    /**
     * Returns the name that the client of a connection asked for.
     *
     * @param channel the connection
     * @return the name in lower case, 255 characters at most; empty if there is none or a longer one, and if nothing on
     *     the listener can want it
     */
    public static String of(Channel channel) {
        String name = channel.attr(NAME).get();
        return (name != null) ? name : "";
    }

    @Override
    protected Future<Void> lookup(ChannelHandlerContext context, @Nullable String name) {
        if (name != null && name.length() <= LONGEST_NAME) {
            context.channel().attr(NAME).set(name);
        }
        return context.executor().newSucceededFuture(null);
    }

    @Override
    protected void onLookupComplete(ChannelHandlerContext context, @Nullable String name, Future<Void> lookup) {
        context.pipeline().remove(this);
    }
}
