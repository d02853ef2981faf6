package dev.tcpecho.probe.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.core.NestedExceptionUtils;

/**
 * Tells the likely cause of a failure and what to do, to go behind what was seen; empty if nothing points to one.
 *
 * @param tls whether TLS was to be spoken
 * @param certificate whether the probe has a certificate to show
 * @param proxyHeader whether the probe sent a header of the PROXY protocol
 */
public record LikelyCause(boolean tls, boolean certificate, boolean proxyHeader) {

    /** How many of a service's first bytes tell what it speaks. */
    public static final int FIRST_BYTES = 32;

    /** Why the rest is lost once the probe has ended its stream. */
    public static final String OF_LOSS_AFTER_HALF_CLOSE =
            "; the probe had ended its stream before: the service, or a proxy on the way, may take a half-close for the end"
                    + " of both directions, as nginx does without proxy_half_close";

    private static final int ALERT = 21;

    private static final int HANDSHAKE = 22;

    private static final int CLIENT_HELLO = 1;

    /**
     * The first byte of a record is its type, the second its major version, and the sixth a handshake's type (RFC
     * 8446).
     */
    private static final int TLS_MAJOR_VERSION = 3;

    private static final int HANDSHAKE_TYPE = 5;

    /** What both versions of the header begin with; Java's TLS reads no more before it gives up. */
    private static final List<String> PROXY_HEADERS = List.of("PROXY", "\r\n\r\n\0");

    /** A text of fewer bytes could be random ones, unless nothing else was read. */
    private static final int TEXT_BYTES = 8;

    private static final int MINIMUM_TEXT_BYTES = 5;

    private static final Pattern NOT_PRINTABLE = Pattern.compile("[^ -~].*", Pattern.DOTALL);

    private static final String WITHOUT_TLS = "leave out --tls and the other options of TLS";

    private static final String SEE_LOG = "otherwise the service's log may tell why";

    /**
     * Tells why the first bytes that came back are others than those that were sent.
     *
     * @param bytes what came back
     * @param length how many bytes of it count
     */
    public String ofOtherBytes(byte[] bytes, int length) {
        if (!this.tls && length > 1 && (bytes[0] == ALERT || bytes[0] == HANDSHAKE) && bytes[1] == TLS_MAJOR_VERSION) {
            return "; the service speaks TLS: add --tls, --ca FILE or --insecure";
        }
        return ofText(bytes, length);
    }

    private String ofText(byte[] bytes, int length) {
        String text = new String(bytes, 0, Math.min(length, FIRST_BYTES), StandardCharsets.ISO_8859_1);
        if (PROXY_HEADERS.stream().anyMatch(text::startsWith)) {
            return this.proxyHeader
                    ? "; the service echoes the PROXY header: leave out --proxy, or set proxy-protocol of its listener"
                    : "; the service echoes a PROXY header of a proxy on the way: set proxy-protocol and"
                            + " trusted-proxies of its listener";
        }
        if (text.startsWith("HTTP/")) {
            return "; the service speaks HTTP: probe the port of a listener";
        }
        String printable = NOT_PRINTABLE.matcher(text).replaceFirst("");
        return (text.length() >= MINIMUM_TEXT_BYTES && printable.length() >= Math.min(TEXT_BYTES, text.length()))
                ? "; the service begins with '%s': probe a listener that sends nothing of its own".formatted(printable)
                : "";
    }

    /**
     * Tells why a connection could not be made: a listener that refuses its client resets it at once.
     *
     * @param failure what the kernel says
     */
    public String ofNoConnection(IOException failure) {
        if (!String.valueOf(failure.getMessage()).contains("reset")) {
            return "";
        }
        return this.tls ? ofNoHandshake() : ofNothing();
    }

    private String ofNoHandshake() {
        return "; if the port speaks no TLS, " + WITHOUT_TLS + "; " + ofHeader() + "; " + SEE_LOG;
    }

    private String ofHeader() {
        return this.proxyHeader
                ? "if the service does not trust this client's PROXY header, add the client to trusted-proxies"
                : "if the port wants a PROXY header, add --proxy v2 or probe through the proxy";
    }

    /** Tells why nothing came back, behind the handshake if there is TLS. */
    public String ofNothing() {
        return this.tls ? ofCertificate() : "; if the port wants TLS, add --tls; " + ofHeader() + "; " + SEE_LOG;
    }

    private String ofCertificate() {
        String cause = this.certificate
                ? "; if the service does not trust the client certificate, show another with --cert and --key; "
                : "; if the service wants a client certificate, add --cert FILE and --key FILE; ";
        return cause + SEE_LOG;
    }

    /**
     * Tells why a TLS handshake failed.
     *
     * @param firstBytes those that the service sent, before TLS has made anything of them
     * @param failure what Java's TLS says
     */
    public String ofFailedHandshake(byte[] firstBytes, Exception failure) {
        if (firstBytes.length == 0) {
            return ofNoHandshake();
        }
        Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
        if (cause instanceof CertPathBuilderException) {
            return "; name the authority of the service's certificate with --ca FILE, or trust every one with --insecure";
        }
        if (failure.getCause() instanceof CertificateException) {
            return "; use a host name that is in the service's certificate, and a valid certificate, or trust every one with"
                    + " --insecure";
        }
        if (firstBytes[0] == ALERT) {
            return ofCertificate();
        }
        return isClientHello(firstBytes)
                ? "; the service echoes the handshake, and so speaks no TLS: " + WITHOUT_TLS
                : ofText(firstBytes, firstBytes.length);
    }

    private static boolean isClientHello(byte[] bytes) {
        return bytes.length > HANDSHAKE_TYPE && bytes[0] == HANDSHAKE && bytes[HANDSHAKE_TYPE] == CLIENT_HELLO;
    }
}
