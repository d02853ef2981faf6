package dev.tcpecho.tls;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tcpecho.EchoProperties;
import dev.tcpecho.admission.RejectionLog;
import dev.tcpecho.metrics.HandshakeMetrics;
import dev.tcpecho.metrics.ListenerMetrics;
import dev.tcpecho.testing.FuzzedConnection;
import dev.tcpecho.testing.FuzzedStream;
import dev.tcpecho.testing.NewCounts;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.time.Duration;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.boot.web.server.Ssl.ClientAuth;

/**
 * Whatever comes where a TLS handshake is due: the connection is rejected and counted, or a probe if it was silent, and
 * nothing comes through.
 */
class TlsHandshakeFuzzTests {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private final ListenerMetrics connections = new ListenerMetrics(this.registry, "fuzz");

    private final RejectionLog rejections = new RejectionLog("fuzz", this.connections);

    private final NewCounts closed;

    private final NewCounts rejected;

    private final NewCounts ended;

    private final ListenerTls tls;

    TlsHandshakeFuzzTests() throws Exception {
        KeyStore store = newCertificate().toKeyStore("secret".toCharArray());
        SslBundle bundle = SslBundle.of(SslStoreBundle.of(store, "secret", store));
        this.tls = new ListenerTls(
                "fuzz",
                new EchoProperties.Ssl("tls", ClientAuth.WANT),
                new DefaultSslBundleRegistry("tls", bundle),
                new HandshakeMetrics(this.registry, "fuzz"),
                Duration.ofSeconds(1),
                Duration.ZERO);
        this.closed = new NewCounts(this.registry, "echo.connections.closed", "reason");
        this.rejected = new NewCounts(this.registry, "echo.connections.rejected", "reason");
        this.ended = new NewCounts(this.registry, "echo.tls.handshake", "outcome");
    }

    private static X509Bundle newCertificate() throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=fuzz")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    static Stream<byte[]> seeds() throws Exception {
        return Stream.of(
                        "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
                        HexFormat.of().parseHex("15030300020250"),
                        sentBy("TLSv1.2"),
                        sentBy("TLSv1.3"))
                .flatMap(FuzzedStream::seeds);
    }

    /** Returns what a client with a certificate sends in a handshake that succeeds; it will not succeed again. */
    private static byte[] sentBy(String protocol) throws Exception {
        X509Bundle certificate = newCertificate();
        EmbeddedChannel client = new EmbeddedChannel(SslContextBuilder.forClient()
                .keyManager(certificate.toKeyManagerFactory())
                .trustManager(certificate.toTrustManagerFactory())
                .endpointIdentificationAlgorithm(null)
                .protocols(protocol)
                .build()
                .newHandler(UnpooledByteBufAllocator.DEFAULT));
        EmbeddedChannel server = new EmbeddedChannel(SslContextBuilder.forServer(certificate.toKeyManagerFactory())
                .trustManager(certificate.toTrustManagerFactory())
                .clientAuth(io.netty.handler.ssl.ClientAuth.REQUIRE)
                .build()
                .newHandler(UnpooledByteBufAllocator.DEFAULT));
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        SslHandler handler = server.pipeline().get(SslHandler.class);
        while (!handler.handshakeFuture().isDone()) {
            for (ByteBuf bytes; (bytes = client.readOutbound()) != null; server.writeInbound(bytes)) {
                sent.writeBytes(ByteBufUtil.getBytes(bytes));
            }
            for (ByteBuf bytes; (bytes = server.readOutbound()) != null; ) {
                client.writeInbound(bytes);
            }
        }
        assertThat(handler.handshakeFuture().isSuccess()).isTrue();
        client.finishAndReleaseAll();
        server.finishAndReleaseAll();
        return sent.toByteArray();
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "", maxExecutions = 30_000)
    void rejectsAndCounts(byte[] input) {
        FuzzedStream stream = new FuzzedStream(input);
        boolean remembersServerName = input.length % 2 == 0;
        try (FuzzedConnection connection = new FuzzedConnection(
                new TlsHandshake(this.tls, () -> true, remembersServerName, this.rejections, this.connections))) {
            connection.send(stream, stream.chunks());
            assertThat(connection.channel().isOpen()).isFalse();
            assertThat(connection.activations()).isZero();
            assertThat(connection.passed()).isEmpty();
            if (stream.bytes().length == 0) {
                assertThat(this.closed.look()).containsExactly("probe");
            } else {
                assertThat(this.ended.look()).hasSize(1).doesNotContain("success");
                assertThat(this.rejected.look()).containsExactly("tls");
            }
        }
        assertThat(this.closed.look()).isEmpty();
        assertThat(this.ended.look()).isEmpty();
        assertThat(this.rejected.look()).isEmpty();
    }
}
