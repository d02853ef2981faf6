package dev.tcpecho.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.EchoProperties;
import dev.tcpecho.admission.RejectionLog;
import dev.tcpecho.metrics.HandshakeMetrics;
import dev.tcpecho.metrics.ListenerMetrics;
import dev.tcpecho.testing.FuzzedConnection;
import dev.tcpecho.testing.NewCounts;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.pkitesting.CertificateBuilder;
import java.security.KeyStore;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.boot.web.server.Ssl.ClientAuth;

/** A handshake has ten seconds, and as many again if something came while the process was stopped. */
class TlsHandshakeTimeoutTests {

    /** The begin of a handshake record. */
    private static final byte[] BEGIN = {22, 3, 1};

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private NewCounts outcomes;

    private FuzzedConnection connection;

    private EmbeddedChannel channel;

    @BeforeEach
    void connect() throws Exception {
        KeyStore store = new CertificateBuilder()
                .ecp256()
                .subject("CN=test")
                .setIsCertificateAuthority(true)
                .buildSelfSigned()
                .toKeyStore("secret".toCharArray());
        ListenerTls tls = new ListenerTls(
                "tls",
                new EchoProperties.Ssl("tls", ClientAuth.NONE),
                new DefaultSslBundleRegistry("tls", SslBundle.of(SslStoreBundle.of(store, "secret", store))),
                new HandshakeMetrics(this.registry, "tls"),
                Duration.ofSeconds(1),
                Duration.ZERO);
        ListenerMetrics connections = new ListenerMetrics(this.registry, "tls");
        this.outcomes = new NewCounts(this.registry, "echo.tls.handshake", "outcome");
        this.connection = new FuzzedConnection(
                new TlsHandshake(tls, () -> true, false, new RejectionLog("tls", connections), connections));
        this.channel = this.connection.channel();
        this.channel.freezeTime();
    }

    @AfterEach
    void close() {
        this.connection.close();
    }

    private void pass(int seconds) {
        this.channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        this.channel.runScheduledPendingTasks();
    }

    /** Has something come behind the timer, as it does when a process goes on that was stopped. */
    private void passWithPendingInput(int seconds) {
        this.channel.eventLoop().schedule(() -> this.connection.send(BEGIN), seconds, TimeUnit.SECONDS);
        pass(seconds);
    }

    @Test
    void aHandshakeThatDoesNotEndIsRejected() {
        this.connection.send(BEGIN);
        pass(9);
        assertThat(this.channel.isOpen()).isTrue();
        pass(1);
        assertThat(this.channel.isOpen()).isFalse();
        assertThat(this.outcomes.look()).containsExactly("timeout");
    }

    @Test
    void whatComesWhenItsTimeIsUpGivesItNoMoreTime() {
        passWithPendingInput(10);
        assertThat(this.channel.isOpen()).isFalse();
        assertThat(this.outcomes.look()).containsExactly("timeout");
    }

    @Test
    void whatHasComeWhileTheProcessWasStoppedGivesItAsMuchTimeAgainOnce() {
        passWithPendingInput(12);
        assertThat(this.channel.isOpen()).isTrue();
        passWithPendingInput(9);
        assertThat(this.channel.isOpen()).isTrue();
        passWithPendingInput(3);
        assertThat(this.channel.isOpen()).isFalse();
        assertThat(this.outcomes.look()).containsExactly("timeout");
    }
}
