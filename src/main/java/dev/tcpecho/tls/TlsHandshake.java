package dev.tcpecho.tls;

import dev.tcpecho.address.ClientAddress;
import dev.tcpecho.admission.RejectionLog;
import dev.tcpecho.echo.EchoEvent;
import dev.tcpecho.echo.EchoOperations;
import dev.tcpecho.echo.MemoryShortage;
import dev.tcpecho.metrics.HandshakeOutcome;
import dev.tcpecho.metrics.ListenerMetrics;
import dev.tcpecho.metrics.RejectReason;
import dev.tcpecho.transport.PendingInput;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.handler.ssl.SslProtocols;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import javax.crypto.BadPaddingException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Adds TLS in front of itself when the connection becomes active, and makes it active for the handlers behind when the
 * handshake has succeeded; a connection whose handshake does not succeed never is. One that ends without a byte is no
 * handshake, but a probe as load balancers send them.
 */
public final class TlsHandshake extends ChannelInboundHandlerAdapter {

    /** A fatal alert, unexpected_message (RFC 8446, section 6): Netty closes without one on what is not TLS. */
    private static final byte[] UNEXPECTED_MESSAGE = {21, 3, 3, 0, 2, 2, 10};

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** A timer runs so late only if this process was stopped. */
    private static final Duration LATE = Duration.ofMillis(500);

    /** The classes of Java's TLS engine that take a certificate of the other side, and its proof. */
    private static final Pattern CLIENT_CERTIFICATE =
            Pattern.compile("sun\\.security\\.ssl\\.Certificate(Message|Verify)\\$\\w+Consumer");

    private final ListenerTls tls;

    private final BooleanSupplier mayRead;

    private final boolean remembersServerName;

    private final RejectionLog rejections;

    private final ListenerMetrics connections;

    private long startNanos;

    private long startMillis;

    private boolean ended;

    private boolean extended;

    private @Nullable Future<?> timeout;

    /**
     * Waits for the handshake of one connection.
     *
     * @param tls the listener's TLS
     * @param mayRead whether more may be read from the client
     * @param remembersServerName whether something may ask for the {@link ServerName}
     * @param rejections what counts the connection if its handshake does not succeed
     * @param connections what counts the connection if it ends without a byte
     */
    public TlsHandshake(
            ListenerTls tls,
            BooleanSupplier mayRead,
            boolean remembersServerName,
            RejectionLog rejections,
            ListenerMetrics connections) {
        this.tls = tls;
        this.mayRead = mayRead;
        this.remembersServerName = remembersServerName;
        this.rejections = rejections;
        this.connections = connections;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        this.startNanos = System.nanoTime();
        this.startMillis = System.currentTimeMillis();
        SslHandler handler = this.tls.newHandler(context.alloc());
        context.pipeline()
                .addBefore(context.name(), "echo.read-stop", new DeferredReads(this.mayRead))
                .addBefore(context.name(), "echo.client-close-notify", new ClientCloseNotify())
                .addBefore(context.name(), "echo.tls", handler);
        if (this.remembersServerName) {
            context.pipeline().addBefore("echo.tls", "echo.server-name", new ServerName());
        }
        limitTime(context);
        // The handler reads on by itself until it has what it needs.
        context.read();
    }

    private void limitTime(ChannelHandlerContext context) {
        long dueNanos = context.executor().ticker().nanoTime() + TIMEOUT.toNanos();
        this.timeout = context.executor()
                .schedule(() -> timeIsUp(context, dueNanos), TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A client that sent something while this process was stopped gets as much time again, once. */
    private void timeIsUp(ChannelHandlerContext context, long dueNanos) {
        boolean late = context.executor().ticker().nanoTime() - dueNanos > LATE.toNanos();
        int readsBefore = records(context).reads();
        PendingInput.readBefore(context.executor(), () -> {
            if (this.ended) {
                return;
            }
            if (late && !this.extended && records(context).reads() > readsBefore) {
                this.extended = true;
                limitTime(context);
            } else {
                fail(context, new SslHandshakeTimeoutException("no handshake in " + TIMEOUT.toSeconds() + " s"));
                context.pipeline().context("echo.tls").close();
            }
        });
    }

    private static ClientCloseNotify records(ChannelHandlerContext context) {
        return context.pipeline().get(ClientCloseNotify.class);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                succeed(context);
            } else {
                fail(context, handshake.cause());
            }
        } else if (event == EchoEvent.DRAIN) {
            drain(context);
        } else if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
            fail(context, new ClosedChannelException());
            context.close();
        }
    }

    /** Who drains closes the connection. */
    private void drain(ChannelHandlerContext context) {
        if (!this.ended) {
            end(HandshakeOutcome.DRAIN);
            this.rejections.add(RejectReason.DRAIN, ClientAddress.of(context.channel()), context.executor());
        }
    }

    private void succeed(ChannelHandlerContext context) {
        SSLSession session = context.pipeline().get(SslHandler.class).engine().getSession();
        try {
            this.tls.clients().requireTrusted(session, this.startMillis);
        } catch (CertificateException ex) {
            session.invalidate();
            fail(context, ex);
            // Java's engine has no alert for a handshake that has succeeded, and its clean end would be that of an
            // echo.
            EchoOperations.reset(context.channel());
            return;
        }
        end(HandshakeOutcome.SUCCESS);
        if (SslProtocols.TLS_v1_3.equals(session.getProtocol())) {
            context.pipeline().remove(ClientCloseNotify.class);
        }
        context.fireChannelActive();
        context.pipeline().remove(this);
    }

    private void fail(ChannelHandlerContext context, Throwable cause) {
        if (this.ended) {
            return;
        }
        ClientCloseNotify records = records(context);
        HandshakeOutcome outcome = outcome(context, cause, records);
        if (outcome == HandshakeOutcome.CLOSED && records.reads() == 0) {
            end();
            this.connections.probed(duration());
            return;
        }
        end(outcome);
        this.rejections.add(RejectReason.TLS, outcome, ClientAddress.of(context.channel()), context.executor());
        if (outcome == HandshakeOutcome.NOT_TLS) {
            context.pipeline().context("echo.tls").writeAndFlush(Unpooled.wrappedBuffer(UNEXPECTED_MESSAGE));
        }
    }

    private void end() {
        this.ended = true;
        if (this.timeout != null) {
            this.timeout.cancel(false);
        }
    }

    private void end(HandshakeOutcome outcome) {
        end();
        this.tls.handshakes().ended(outcome, duration());
    }

    private Duration duration() {
        return Duration.ofNanos(System.nanoTime() - this.startNanos);
    }

    private static HandshakeOutcome outcome(ChannelHandlerContext context, Throwable cause, ClientCloseNotify records) {
        if (cause instanceof NotSslRecordException) {
            return HandshakeOutcome.NOT_TLS;
        }
        if (cause instanceof SslHandshakeTimeoutException) {
            return HandshakeOutcome.TIMEOUT;
        }
        String message = String.valueOf(cause.getMessage());
        if (records.hasPlainAlert() || message.contains("Received fatal alert")) {
            return HandshakeOutcome.REFUSED_BY_CLIENT;
        }
        boolean broken = cause instanceof IOException && !(cause instanceof SSLException);
        if (broken || !context.channel().isActive()) {
            return HandshakeOutcome.CLOSED;
        }
        return failure(cause);
    }

    private static HandshakeOutcome failure(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException || isOfClientCertificate(cause)) {
                return HandshakeOutcome.CLIENT_CERTIFICATE;
            }
            if (cause instanceof BadPaddingException) {
                return HandshakeOutcome.BAD_RECORD_MAC;
            }
        }
        return HandshakeOutcome.FAILURE;
    }

    /**
     * Java's exceptions do not tell their alert, and have a text for each of a dozen causes. What took the client's
     * certificate, or the proof that its key is the client's, shows in the stack.
     */
    private static boolean isOfClientCertificate(Throwable cause) {
        return Arrays.stream(cause.getStackTrace())
                .anyMatch(frame ->
                        CLIENT_CERTIFICATE.matcher(frame.getClassName()).matches());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ReferenceCountUtil.release(message);
    }

    /** Mostly what Netty makes of a failed handshake, which is counted by then. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(context, cause);
        if (MemoryShortage.isCauseOf(cause)) {
            // A close would need memory for its alert.
            EchoOperations.reset(context.channel());
        } else {
            context.close();
        }
    }
}
