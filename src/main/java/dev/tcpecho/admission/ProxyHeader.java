package dev.tcpecho.admission;

import dev.tcpecho.EchoProperties.Listener;
import dev.tcpecho.EchoProperties.ProxyProtocol;
import dev.tcpecho.address.AddressBlock;
import dev.tcpecho.address.ClientAddress;
import dev.tcpecho.echo.EchoEvent;
import dev.tcpecho.metrics.ListenerMetrics;
import dev.tcpecho.metrics.RejectReason;
import dev.tcpecho.transport.PendingInput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes the PROXY protocol header, version 1 or 2, off the front of a trusted proxy's connection, and admits the client
 * that it names. Until then the connection is not active for any handler behind this one, TLS included.
 *
 * <p>Where a header is optional, the first bytes decide: the PROXY protocol specification has a proxy send its header
 * at once, so that bytes that do not begin with a whole signature are data, and pass without a wait for more.
 */
public final class ProxyHeader extends ChannelInboundHandlerAdapter {

    /** How long a header may take: the specification asks for at least 3 seconds, to cover one retransmission. */
    private static final int TIMEOUT_SECONDS = 3;

    /** How a header of version 2 begins, and those of version 1. */
    private static final List<ByteBuf> SIGNATURES = Stream.of(
                    "\r\n\r\n\0\r\nQUIT\n", "PROXY TCP4 ", "PROXY TCP6 ", "PROXY UNKNOWN")
            .map(signature -> Unpooled.copiedBuffer(signature, StandardCharsets.US_ASCII))
            .toList();

    private final Admission admission;

    private final RejectionLog rejections;

    private final ListenerMetrics connections;

    private final ProxyHeaderDecoder decoder = new ProxyHeaderDecoder();

    private long startNanos;

    private boolean headerDue;

    private boolean rejected;

    private @Nullable Future<?> timeout;

    /**
     * Waits for one connection's header.
     *
     * @param protocol whether there has to be a header
     * @param admission what admits the client
     * @param rejections what counts the connection if it is refused
     * @param connections what counts it if it ends without a byte
     */
    public ProxyHeader(
            ProxyProtocol protocol, Admission admission, RejectionLog rejections, ListenerMetrics connections) {
        this.headerDue = (protocol == ProxyProtocol.REQUIRED);
        this.admission = admission;
        this.rejections = rejections;
        this.connections = connections;
    }

    /**
     * Tells whether a connection is one of a trusted proxy, and so may begin with a header.
     *
     * @param listener the configuration of the listener that accepted it
     * @param peer the address that it comes from
     * @return whether it may
     */
    public static boolean isPossible(Listener listener, InetAddress peer) {
        return listener.proxyProtocol() != ProxyProtocol.OFF && AddressBlock.contains(listener.trustedProxies(), peer);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        this.startNanos = System.nanoTime();
        this.timeout = context.executor()
                .schedule(
                        () -> PendingInput.readBefore(context.executor(), () -> timeIsUp(context)),
                        TIMEOUT_SECONDS,
                        TimeUnit.SECONDS);
        context.read();
    }

    private void timeIsUp(ChannelHandlerContext context) {
        if (!context.isRemoved()) {
            noHeader(context);
        }
    }

    /** There is none, and none will come. */
    private void noHeader(ChannelHandlerContext context) {
        if (this.headerDue) {
            reject(context, this.decoder.faultAtEnd());
        } else if (!this.rejected) {
            admit(context, ClientAddress.socketAddressOf(context.channel()));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (!this.rejected && takeHeader(context, bytes)) {
            context.fireChannelRead(bytes);
        } else {
            bytes.release();
        }
    }

    /** Returns whether the client is admitted, and there are bytes behind the header, or instead of one. */
    private boolean takeHeader(ChannelHandlerContext context, ByteBuf bytes) {
        this.headerDue |= beginsWithSignature(bytes);
        try {
            if (this.headerDue && !this.decoder.decode(bytes)) {
                return false;
            }
        } catch (BadProxyHeaderException ex) {
            reject(context, ex.fault());
            return false;
        }
        // A proxy names no client for a connection of its own, nor for one through a UNIX socket.
        admit(context, this.decoder.source().orElseGet(() -> ClientAddress.socketAddressOf(context.channel())));
        return !this.rejected && bytes.isReadable();
    }

    /** Reads on, unless the header was taken: then this handler is removed. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.read();
        context.fireChannelReadComplete();
    }

    private static boolean beginsWithSignature(ByteBuf bytes) {
        for (ByteBuf signature : SIGNATURES) {
            int length = signature.readableBytes();
            if (bytes.readableBytes() >= length
                    && ByteBufUtil.equals(signature, 0, bytes, bytes.readerIndex(), length)) {
                return true;
            }
        }
        return false;
    }

    private void admit(ChannelHandlerContext context, InetSocketAddress client) {
        RejectReason reason = this.admission.admitProxiedClient(context.channel(), client.getAddress());
        if (reason != null) {
            this.rejections.add(reason, client.getAddress(), context.executor());
            reset(context);
            return;
        }
        stopTimeout();
        ClientAddress.set(context.channel(), client);
        context.fireChannelActive();
        context.pipeline().remove(this);
    }

    private void reject(ChannelHandlerContext context, ProxyHeaderFault fault) {
        if (!this.rejected) {
            InetAddress proxy = ClientAddress.peer(context.channel());
            this.rejections.add(fault.reason(), fault, proxy, context.executor());
            reset(context);
        }
    }

    private void reset(ChannelHandlerContext context) {
        this.rejected = true;
        stopTimeout();
        Channel channel = context.channel();
        if (channel.isActive()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            context.close();
        }
    }

    private void stopTimeout() {
        if (this.timeout != null) {
            this.timeout.cancel(false);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == EchoEvent.DRAIN) {
            drain(context);
        } else if (event instanceof ChannelInputShutdownEvent) {
            noHeader(context);
        }
        if (!this.rejected) {
            context.fireUserEventTriggered(event);
        } else if (event instanceof ChannelInputShutdownEvent) {
            // The handler that lingers does not learn of the client's end.
            context.close();
        }
    }

    /** Who drains closes the connection, and not with a reset: neither the client nor its proxy did anything wrong. */
    private void drain(ChannelHandlerContext context) {
        if (!this.rejected) {
            this.rejected = true;
            stopTimeout();
            this.rejections.add(RejectReason.DRAIN, ClientAddress.peer(context.channel()), context.executor());
        }
    }

    /** It is too late to admit anyone. */
    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (this.headerDue) {
            reject(context, this.decoder.faultAtEnd());
        } else if (!this.rejected) {
            stopTimeout();
            this.connections.probed(Duration.ofNanos(System.nanoTime() - this.startNanos));
        }
        context.fireChannelInactive();
    }

    /** A connection that broke off, as those of health checks do. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        noHeader(context);
        if (!this.rejected) {
            context.fireExceptionCaught(cause);
        }
    }
}
