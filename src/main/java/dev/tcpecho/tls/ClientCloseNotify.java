package dev.tcpecho.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslCloseCompletionEvent;

/**
 * Keeps the alert with which a TLS 1.2 client ends its stream from Java's TLS engine, which would answer it at once by
 * ending the other direction too (RFC 5246, section 7.2.1) and could not send the rest of the echo. The record that
 * holds an alert shows its type; in TLS 1.3 it does not, and there each direction ends by itself (RFC 8446, section
 * 6.1). It stands before the {@code SslHandler}, and fires {@link SslCloseCompletionEvent#SUCCESS} in place of the
 * alert.
 */
public final class ClientCloseNotify extends ChannelInboundHandlerAdapter {

    private static final int CHANGE_CIPHER_SPEC = 20;

    private static final int ALERT = 21;

    private static final int HEADER_LENGTH = 5;

    private static final int PLAIN_ALERT_LENGTH = 2;

    private int headerRead;

    private int type;

    private int bodyLength;

    private int bodyLeft;

    private boolean encrypted;

    private boolean ended;

    private boolean plainAlert;

    private int reads;

    /** Tells how often something was read from the client. */
    int reads() {
        return this.reads;
    }

    /**
     * Tells whether the client has sent an alert that is not encrypted. OpenSSL refuses a certificate so even in TLS
     * 1.3, where Java's engine takes it for a broken record.
     */
    boolean hasPlainAlert() {
        return this.plainAlert;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        this.reads++;
        int alert = this.ended ? bytes.readerIndex() : findAlert(bytes);
        if (alert < 0) {
            context.fireChannelRead(bytes);
            return;
        }
        context.fireChannelRead(bytes.readRetainedSlice(alert - bytes.readerIndex()));
        bytes.release();
        if (!this.ended) {
            this.ended = true;
            context.fireUserEventTriggered(SslCloseCompletionEvent.SUCCESS);
        }
    }

    /** Follows the records, whose parts come in any size; returns where an encrypted alert begins, or -1. */
    private int findAlert(ByteBuf bytes) {
        for (int index = bytes.readerIndex(); index < bytes.writerIndex(); ) {
            if (this.bodyLeft > 0) {
                int part = Math.min(this.bodyLeft, bytes.writerIndex() - index);
                this.bodyLeft -= part;
                index += part;
                continue;
            }
            int next = bytes.getUnsignedByte(index);
            if (this.headerRead == 0 && next == ALERT && this.encrypted) {
                return index;
            }
            header(next);
            index++;
        }
        return -1;
    }

    /** A header is the type, two bytes of version, and two of length (RFC 5246, section 6.2.1). */
    private void header(int next) {
        if (this.headerRead == 0) {
            this.type = next;
            this.encrypted |= (next == CHANGE_CIPHER_SPEC);
        }
        this.bodyLength = (this.bodyLength << Byte.SIZE | next) & 0xFFFF;
        this.headerRead++;
        if (this.headerRead == HEADER_LENGTH) {
            this.headerRead = 0;
            this.bodyLeft = this.bodyLength;
            this.plainAlert |= (this.type == ALERT && this.bodyLength == PLAIN_ALERT_LENGTH);
        }
    }
}
