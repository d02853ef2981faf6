package dev.tcpecho.admission;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads one <a href="https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt">PROXY protocol</a> header, version 1
 * or 2, from bytes that come in pieces of any size.
 *
 * <p>A header of version 2 may be 65,551 bytes long. Most of them are additional values (TLVs), which the echo does not
 * use: this decoder drops them as they come, and holds at most 107 bytes. Netty's {@code HAProxyMessageDecoder} holds
 * the whole header, makes an object of each value, and refuses port 0 in version 1.
 */
final class ProxyHeaderDecoder {

    /** The longest line of version 1, with its end: section 2.1 of the specification. */
    private static final int LONGEST_LINE = 107;

    private static final byte[] SIGNATURE_1 = "PROXY ".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] SIGNATURE_2 = "\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII);

    /** What has come of the line, or of the header of version 2 up to its addresses. */
    private final ByteBuffer head = ByteBuffer.allocate(LONGEST_LINE);

    private boolean headWhole;

    private int addressBytes;

    private int bytesToDrop;

    private @Nullable InetSocketAddress source;

    /**
     * Takes the bytes of the header from the front of a buffer, and leaves those behind it.
     *
     * @return whether the header is whole now
     * @throws BadProxyHeaderException if it is no header; the decoder is of no use then
     */
    boolean decode(ByteBuf bytes) throws BadProxyHeaderException {
        while (!this.headWhole && bytes.isReadable()) {
            this.head.put(bytes.readByte());
            decodeHead();
        }
        int dropped = Math.min(this.bytesToDrop, bytes.readableBytes());
        bytes.skipBytes(dropped);
        this.bytesToDrop -= dropped;
        return this.headWhole && this.bytesToDrop == 0;
    }

    /** Returns the client that the header names, if it is whole and names one. */
    Optional<InetSocketAddress> source() {
        return Optional.ofNullable(this.source);
    }

    /** Returns what is wrong if nothing more comes of a header that is not whole. */
    ProxyHeaderFault faultAtEnd() {
        return (this.head.position() == 0) ? ProxyHeaderFault.NO_BYTE : ProxyHeaderFault.INCOMPLETE;
    }

    private void decodeHead() throws BadProxyHeaderException {
        if (agreesWith(SIGNATURE_1)) {
            decodeVersion1();
        } else if (agreesWith(SIGNATURE_2)) {
            decodeVersion2();
        } else {
            throw new BadProxyHeaderException(ProxyHeaderFault.OTHER_BYTES);
        }
    }

    /** Tells whether the bytes begin with a signature, or with as much of it as has come. */
    private boolean agreesWith(byte[] signature) {
        int length = Math.min(this.head.position(), signature.length);
        return this.head.slice(0, length).equals(ByteBuffer.wrap(signature, 0, length));
    }

    private void decodeVersion1() throws BadProxyHeaderException {
        int length = this.head.position();
        if (length >= 2 && this.head.get(length - 2) == '\r' && this.head.get(length - 1) == '\n') {
            String line = new String(this.head.array(), 0, length - 2, StandardCharsets.US_ASCII);
            this.source = ProxyHeaderVersion1.source(line);
            this.headWhole = true;
        } else if (length == LONGEST_LINE) {
            throw new BadProxyHeaderException(ProxyHeaderFault.LINE_LENGTH);
        }
    }

    private void decodeVersion2() throws BadProxyHeaderException {
        int length = this.head.position();
        if (length == ProxyHeaderVersion2.FIXED_BYTES) {
            this.addressBytes = ProxyHeaderVersion2.addressBytes(this.head);
        }
        if (length == ProxyHeaderVersion2.FIXED_BYTES + this.addressBytes) {
            this.source = ProxyHeaderVersion2.source(this.head, this.addressBytes);
            this.bytesToDrop = ProxyHeaderVersion2.length(this.head) - this.addressBytes;
            this.headWhole = true;
        }
    }
}
