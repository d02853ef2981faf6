package dev.tcpecho.management;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderResultProvider;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@link ChannelHandler} behind the HTTP codec of a management connection. It counts the answers that refuse a request.
 * It closes a connection that sends no whole request in time, however slowly it sends, or too many ahead of their
 * answers. An {@link IdleStateEvent} tells that a client takes nothing of its answer. A client that ends its stream
 * gets the answers to all its whole requests (RFC 9112, section 9.6), and then the connection closes.
 */
final class ManagementRequests extends ChannelDuplexHandler {

    /** Requests that a connection may send ahead of their answers, which wait in memory. */
    private static final int MOST_UNANSWERED = 16;

    private final ManagementRefusals refusals;

    private final ManagementConnections connections;

    private final long timeoutMillis;

    private @Nullable Future<?> deadline;

    /** Whole requests less answers: -1 while the rest of a request comes behind its answer. */
    private int unanswered;

    /** Whether bytes have come since the last whole request. */
    private boolean begun;

    private boolean informational;

    private boolean inputEnded;

    private boolean closed;

    ManagementRequests(ManagementRefusals refusals, ManagementConnections connections, long timeoutMillis) {
        this.refusals = refusals;
        this.connections = connections;
        this.timeoutMillis = timeoutMillis;
    }

    /** Returns what goes before the HTTP codec, which tells nothing of a request before its headers are whole. */
    ChannelHandler beginnings() {
        return new ChannelInboundHandlerAdapter() {

            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                ManagementRequests.this.begun = true;
                context.fireChannelRead(message);
            }
        };
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        startDeadline(context);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        stopDeadline();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        boolean cutOff = isCutOff(message);
        if (message instanceof LastHttpContent && !cutOff && !this.closed) {
            requested(context);
        }
        if (cutOff || this.closed) {
            ReferenceCountUtil.release(message);
        } else {
            context.fireChannelRead(message);
        }
    }

    /** Netty's epoll may fail at a read behind the end of the client's stream. */
    @Override
    public void read(ChannelHandlerContext context) {
        if (!(context.channel() instanceof DuplexChannel socket && socket.isInputShutdown())) {
            context.read();
        }
    }

    /** Tells whether this is what the codec makes of headers that end with the client's stream. */
    private static boolean isCutOff(Object message) {
        return message instanceof DecoderResultProvider decoded
                && decoded.decoderResult().cause() instanceof PrematureChannelClosureException;
    }

    private void requested(ChannelHandlerContext context) {
        this.begun = false;
        if (++this.unanswered > 0) {
            stopDeadline();
            this.connections.requested(context.channel());
        }
        if (this.unanswered > MOST_UNANSWERED) {
            close(context, ManagementRefusal.LIMIT);
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse response) {
            // 100 Continue: the answer is still to come.
            this.informational = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
            ManagementRefusal reason =
                    ManagementRefusal.ofStatus(response.status().code());
            if (reason != null) {
                this.refusals.add(reason, context.channel());
            }
        }
        if (message instanceof LastHttpContent && !this.informational) {
            context.write(message, promise.unvoid().addListener(written -> answered(context)));
        } else {
            context.write(message, promise);
        }
    }

    private void answered(ChannelHandlerContext context) {
        if (--this.unanswered > 0) {
            return;
        }
        if (this.inputEnded) {
            context.close();
        } else {
            this.connections.answered(context.channel());
            startDeadline(context);
        }
    }

    /** The client sends no more. */
    private void endInput(ChannelHandlerContext context) {
        this.inputEnded = true;
        if (this.unanswered <= 0) {
            context.close();
        }
    }

    private void startDeadline(ChannelHandlerContext context) {
        stopDeadline();
        if (context.channel().isOpen()) {
            this.deadline = context.executor()
                    .schedule(
                            () -> close(context, this.begun ? ManagementRefusal.TIMEOUT : ManagementRefusal.IDLE),
                            this.timeoutMillis,
                            TimeUnit.MILLISECONDS);
        }
    }

    private void stopDeadline() {
        if (this.deadline != null) {
            this.deadline.cancel(false);
            this.deadline = null;
        }
    }

    private void close(ChannelHandlerContext context, ManagementRefusal reason) {
        if (!this.closed) {
            this.closed = true;
            this.refusals.add(reason, context.channel());
            context.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stopDeadline();
        context.fireChannelInactive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent && this.unanswered > 0) {
            close(context, ManagementRefusal.TIMEOUT);
        } else if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
            this.refusals.add(ManagementRefusal.TLS, context.channel());
        } else if (event instanceof ChannelInputShutdownEvent) {
            endInput(context);
        } else if (event instanceof SslCloseCompletionEvent close && close.isSuccess()) {
            endInput(context);
            // Reactor Netty closes at this event, whatever is unanswered.
            return;
        }
        context.fireUserEventTriggered(event);
    }
}
