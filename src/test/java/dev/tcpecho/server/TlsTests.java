package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.echo.OpenConnection;
import dev.tcpecho.testing.TestCertificates;
import dev.tcpecho.transport.Transport;
import io.netty.channel.ChannelOption;
import io.netty.pkitesting.X509Bundle;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Every byte comes back over TLS, and who cannot have TLS is told so, counted and nothing more. */
@ParameterizedClass
@EnumSource(Transport.class)
@ExtendWith(OutputCaptureExtension.class)
class TlsTests {

    private static final int MIB = 1024 * 1024;

    private static final String UNUSABLE = "The SSL bundle 'tls' cannot be used by the listener 'plain': ";

    private static TestCertificates certificates;

    private static X509Bundle server;

    private static X509Bundle client;

    @TempDir
    private static Path directory;

    @Parameter
    private Transport transport;

    private final SplittableRandom random = new SplittableRandom();

    @BeforeAll
    static void issue() throws Exception {
        certificates = new TestCertificates();
        server = certificates.issue("server");
        client = certificates.issue("client");
        certificates.write(server, directory);
    }

    @BeforeEach
    void assumeTransport() {
        assumeThat(this.transport.unavailabilityCause()).isNull();
    }

    private RunningEcho start(String... properties) {
        return RunningEcho.start(this.transport, TestCertificates.bundle(directory, properties));
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2, 1", "TLSv1.2, 65537", "TLSv1.2, 8388608", "TLSv1.3, 1", "TLSv1.3, 65537", "TLSv1.3, 8388608"})
    void everyByteComesBackBeforeCloseNotify(String protocol, int length) throws Exception {
        byte[] payload = new byte[length];
        this.random.nextBytes(payload);
        try (RunningEcho echo = start()) {
            for (int round = 0; round < 5; round++) {
                try (EchoClient client =
                        EchoClient.connect(echo.address()).startTls(certificates.client(null), protocol)) {
                    CompletableFuture<Void> sent = client.sendAndHalfClose(payload, 100_000, this.random.split());
                    assertThat(client.readToEnd()).isEqualTo(payload);
                    sent.join();
                }
            }
            await().untilAsserted(() -> assertThat(echo.closed("client")).isEqualTo(5));
            assertThat(echo.handshakes("success")).isEqualTo(5);
        }
    }

    /**
     * As Compose and Istio send them, and others that Java's engine refuses; the greeting needs them, and TLS does not.
     */
    @Test
    void everyServerNameIsServed() throws Exception {
        String[] names = {
            "echo.example.org",
            "tcp_echo",
            "echo.example.org.",
            "outbound_.25342_._.echo.default.svc.cluster.local",
            "127.0.0.1",
            "-",
            "a".repeat(255)
        };
        try (RunningEcho echo = start();
                RunningEcho greeting = start("echo.listeners.plain.behaviours.greeting=[{sni}]")) {
            for (String name : names) {
                for (String protocol : new String[] {"TLSv1.2", "TLSv1.3"}) {
                    try (EchoClient client = EchoClient.connect(echo.address())
                            .startTlsWithServerName(certificates.client(null), name, protocol)) {
                        client.send(new byte[] {1});
                        assertThat(client.read(1)).containsExactly(1);
                    }
                    try (EchoClient client = EchoClient.connect(greeting.address())
                            .startTlsWithServerName(certificates.client(null), name, protocol)) {
                        assertThat(client.read(name.length() + 2)).asString().isEqualTo("[" + name + "]");
                    }
                }
            }
            try (EchoClient client = EchoClient.connect(greeting.address())
                    .startTlsWithServerName(certificates.client(null), "a".repeat(256), "TLSv1.3")) {
                assertThat(client.read(2)).asString().isEqualTo("[]");
            }
            assertThat(echo.rejected("tls") + greeting.rejected("tls")).isZero();
        }
    }

    @Test
    void theEndOfTheConnectionWithoutCloseNotifyIsAnEndToo() throws Exception {
        try (RunningEcho echo = start();
                EchoClient plain = EchoClient.connect(echo.address())) {
            EchoClient client = plain.startTls(certificates.client(null));
            client.send(new byte[] {1, 2, 3});
            assertThat(client.read(3)).containsExactly(1, 2, 3);
            plain.halfClose();
            assertThat(client.readToEnd()).isEmpty();
            await().untilAsserted(() -> assertThat(echo.closed("client")).isEqualTo(1));
        }
    }

    @Test
    void plainBytesAreAnsweredWithAnAlertAndRejected(CapturedOutput output) throws Exception {
        try (RunningEcho echo = start();
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send("hello, is this an echo?\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.readToEnd()).containsExactly(21, 3, 3, 0, 2, 2, 10);
            assertRejected(echo, "not-tls", output);
        }
    }

    @Test
    void connectionThatEndsWithoutAByteIsAProbe() throws Exception {
        try (RunningEcho echo = start();
                EchoClient client = EchoClient.connect(echo.address())) {
            client.halfClose();
            // With an alert or without, as Java's engine has it.
            client.readToEnd();
            await().untilAsserted(() -> assertThat(echo.closed("probe")).isEqualTo(1));
            EchoClient.connect(echo.address()).reset();
            await().untilAsserted(() -> assertThat(echo.closed("probe")).isEqualTo(2));
            assertThat(echo.rejected("tls")).isZero();
            assertThat(echo.handshakes("closed")).isZero();
        }
    }

    /** The reset may overtake the end of the handshake. */
    @Test
    void connectionThatResetsRightAfterItsHandshakeIsAProbeOrRejected() throws Exception {
        try (RunningEcho echo = start()) {
            for (int i = 1; i <= 20; i++) {
                EchoClient plain = EchoClient.connect(echo.address());
                plain.startTls(certificates.client(null));
                plain.reset();
                int connections = i;
                await().untilAsserted(() ->
                        assertThat(echo.closed("probe") + echo.rejected("tls")).isEqualTo(connections));
            }
            assertThat(echo.handshakes("closed")).isEqualTo(echo.rejected("tls"));
            assertThat(echo.closed()).isEqualTo(echo.closed("probe"));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void clientThatEndsOrResetsInItsHandshakeIsRejected(boolean ends, CapturedOutput output) throws Exception {
        try (RunningEcho echo = start();
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send(new byte[] {22, 3, 1});
            if (ends) {
                client.halfClose();
            } else {
                client.reset();
            }
            assertRejected(echo, "closed", output);
        }
    }

    @Test
    void clientThatDoesNotKnowTheServerIsRejected(CapturedOutput output) throws Exception {
        try (RunningEcho echo = start();
                EchoClient client = EchoClient.connect(echo.address())) {
            assertThatExceptionOfType(SSLException.class)
                    .isThrownBy(() -> client.startTls(new TestCertificates().client(null)));
            assertRejected(echo, "refused-by-client", output);
        }
    }

    @Test
    void clientOfAnOldProtocolIsRejected(CapturedOutput output) throws Exception {
        try (RunningEcho echo = start();
                EchoClient client = EchoClient.connect(echo.address())) {
            // A ClientHello of TLS 1.1 with one cipher suite of its time.
            client.send(HexFormat.of()
                    .parseHex("160301002f" + "0100002b" + "0302" + "00".repeat(32) + "00" + "0002c013" + "0100"
                            + "0000"));
            assertThat(client.readToEnd()).startsWith(21, 3).endsWith(2, 70);
            assertRejected(echo, "failure", output);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void clientWithAKnownCertificateIsServed(String protocol) throws Exception {
        try (RunningEcho echo = start("echo.listeners.plain.ssl.client-auth=need");
                EchoClient client =
                        EchoClient.connect(echo.address()).startTls(certificates.client(TlsTests.client), protocol)) {
            client.send(new byte[] {1});
            assertThat(client.read(1)).containsExactly(1);
        }
    }

    @Test
    void clientWithoutACertificateIsServedWhereItIsOnlyWanted() throws Exception {
        try (RunningEcho echo = start("echo.listeners.plain.ssl.client-auth=want");
                EchoClient client = EchoClient.connect(echo.address()).startTls(certificates.client(null))) {
            client.send(new byte[] {1});
            assertThat(client.read(1)).containsExactly(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TLSv1.2, none",
        "TLSv1.2, expired",
        "TLSv1.2, unknown",
        "TLSv1.2, for-servers",
        "TLSv1.2, another-key",
        "TLSv1.3, none",
        "TLSv1.3, expired",
        "TLSv1.3, unknown",
        "TLSv1.3, for-servers",
        "TLSv1.3, another-key"
    })
    void clientWithoutAValidCertificateIsToldSoByAnAlertAndRejected(String protocol, String kind, CapturedOutput output)
            throws Exception {
        SSLContext tls = switch (kind) {
            case "none" -> certificates.client(null);
            case "expired" -> certificates.client(certificates.issueExpired("client"));
            case "unknown" -> certificates.client(new TestCertificates().issue("client"));
            case "for-servers" -> certificates.client(certificates.issueForServers("client"));
            default -> certificates.clientWithAnotherKey(client, certificates.issue("other"));
        };
        try (RunningEcho echo = start("echo.listeners.plain.ssl.client-auth=need");
                EchoClient plain = EchoClient.connect(echo.address())) {
            // A client of TLS 1.3 knows only when it reads, and by then it may have sent more than was read.
            assertThatExceptionOfType(SSLException.class)
                    .isThrownBy(() -> {
                        EchoClient client = plain.startTls(tls, protocol);
                        client.send(new byte[100_000]);
                        client.readToEnd();
                    })
                    .withMessageContaining("fatal alert");
            assertRejected(echo, "client-certificate", output);
        }
    }

    /** Java takes 10 certificates, and sends no alert for more. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void clientWithALongerChainThanJavaTakesIsRejectedForItsCertificate(String protocol, CapturedOutput output)
            throws Exception {
        SSLContext tls = certificates.client(certificates.issueThrough(11, "client"));
        try (RunningEcho echo = start("echo.listeners.plain.ssl.client-auth=need");
                EchoClient plain = EchoClient.connect(echo.address())) {
            try {
                assertThat(plain.startTls(tls, protocol).readToEnd()).isEmpty();
            } catch (SSLException ex) {
                // A client of TLS 1.2 learns of it before its handshake has ended.
            }
            assertRejected(echo, "client-certificate", output);
        }
    }

    @Test
    void clientThatNeverReadsIsPushedBack() throws Exception {
        // Closed by itself: the close of a TLS socket waits for the write that is pushed back.
        try (RunningEcho echo = start();
                EchoClient plain = EchoClient.connect(echo.address())) {
            plain.startTls(certificates.client(null)).sendInBackground(new byte[32 * MIB]);
            await().until(() -> echo.held() > 0);
            await().during(Duration.ofSeconds(1))
                    .untilAsserted(() -> assertThat(echo.held()).isLessThan(MIB / 2));
        }
    }

    /** Held beside the echo: what the TLS engine answers. */
    @Test
    void clientThatAsksForNewKeysWhileItIsPushedBackGetsItsEchoAndIsHeldWithinTheBound() throws Exception {
        byte[] payload = new byte[MIB / 8];
        this.random.nextBytes(payload);
        try (RunningEcho echo = startWithSmallSendBuffer();
                EchoClient plain = EchoClient.connect(echo.address(), 4096)) {
            EchoClient client = plain.startTls(certificates.client(null), "TLSv1.3");
            client.send(payload);
            await().until(() -> heldBuffers(echo) > MIB / 16);
            for (int i = 0; i < 8; i++) {
                client.repeatHandshake();
            }
            assertHoldsNoMoreThanItMay(echo);
            assertThat(client.read(payload.length)).isEqualTo(payload);
        }
    }

    @Test
    void clientThatEndsWithoutCloseNotifyAndNeverReadsIsPushedBack() throws Exception {
        try (RunningEcho echo = startWithSmallSendBuffer();
                EchoClient plain = EchoClient.connect(echo.address(), 4096)) {
            EchoClient client = plain.startTls(certificates.client(null));
            client.send(new byte[MIB / 8]);
            plain.halfClose();
            await().until(() -> heldBuffers(echo) > MIB / 16);
            assertHoldsNoMoreThanItMay(echo);
        }
    }

    private RunningEcho startWithSmallSendBuffer() {
        return RunningEcho.start(
                this.transport,
                server -> server.childOption(ChannelOption.SO_SNDBUF, 4096),
                TestCertificates.bundle(directory));
    }

    private static void assertHoldsNoMoreThanItMay(RunningEcho echo) {
        await().during(Duration.ofSeconds(3))
                .untilAsserted(
                        () -> assertThat(heldBuffers(echo)).isBetween(1L, (long) ProcessResources.TLS_CONNECTION));
    }

    private static long heldBuffers(RunningEcho echo) {
        return echo.bean(EchoServer.class).connections().stream()
                .mapToLong(OpenConnection::heldBytes)
                .sum();
    }

    @Test
    void handshakeThatTakesTooLongIsRejected(CapturedOutput output) throws Exception {
        try (RunningEcho echo = start();
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send(new byte[] {22, 3, 1, 1, 0});
            assertThat(client.readToEnd()).isEmpty();
            assertRejected(echo, "timeout", output);
        }
    }

    @Test
    void garbageAfterTheHandshakeEndsTheConnectionAsAnError(CapturedOutput output) throws Exception {
        try (RunningEcho echo = start();
                EchoClient plain = EchoClient.connect(echo.address())) {
            EchoClient client = plain.startTls(certificates.client(null));
            client.send(new byte[] {1});
            assertThat(client.read(1)).containsExactly(1);
            plain.send("this is no TLS record".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.readToEnd()).isEmpty();
            await().untilAsserted(() -> assertThat(echo.closed("error")).isEqualTo(1));
            assertNoNoise(output);
        }
    }

    /** As a record that changed on the way, and as early data for the session of another server. */
    @Test
    void recordThatCannotBeDecryptedIsToldApart(CapturedOutput output) throws Exception {
        SSLEngine engine = certificates.client(null).createSSLEngine();
        engine.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), hello);
        int length = 100;
        byte[] record = {23, 3, 3, 0, (byte) length};
        try (RunningEcho echo = start();
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send(Arrays.copyOf(hello.array(), hello.position()));
            client.send(Arrays.copyOf(record, record.length + length));
            client.readToEnd();
            assertRejected(echo, "bad-record-mac", output);
        }
    }

    @Test
    void handshakeThatTheClientRepeatsIsRefused(CapturedOutput output) throws Exception {
        try (RunningEcho echo = start();
                EchoClient plain = EchoClient.connect(echo.address())) {
            EchoClient client = plain.startTls(certificates.client(null), "TLSv1.2");
            client.send(new byte[] {1});
            assertThat(client.read(1)).containsExactly(1);
            assertThatExceptionOfType(SSLException.class).isThrownBy(() -> {
                client.repeatHandshake();
                client.read(1);
            });
            await().untilAsserted(() -> assertThat(echo.closed("error")).isEqualTo(1));
            assertThat(echo.handshakes("success")).isEqualTo(1);
            assertNoNoise(output);
        }
    }

    @Test
    void certificateMayComeFromAKeyStoreFile() throws Exception {
        Path file = directory.resolve("server.jks");
        try (OutputStream out = Files.newOutputStream(file)) {
            KeyStore store = KeyStore.getInstance("JKS");
            store.load(null, null);
            store.setKeyEntry(
                    "server", server.getKeyPair().getPrivate(), "secret".toCharArray(), server.getCertificatePath());
            store.store(out, "secret".toCharArray());
        }
        String jks = "spring.ssl.bundle.jks.tls.keystore.";
        try (RunningEcho echo = RunningEcho.start(
                        this.transport,
                        jks + "location=file:" + file,
                        jks + "password=secret",
                        "echo.listeners.plain.ssl.bundle=tls");
                EchoClient client = EchoClient.connect(echo.address()).startTls(certificates.client(null))) {
            client.send(new byte[] {1});
            assertThat(client.read(1)).containsExactly(1);
            assertThat(client.serverCertificate()).isEqualTo(server.getCertificate());
        }
    }

    @Test
    void bundleWithAnOldProtocolStopsTheStart() {
        assertThatThrownBy(() -> start("spring.ssl.bundle.pem.tls.options.enabled-protocols=TLSv1.2,TLSv1.1"))
                .hasRootCauseMessage(
                        UNUSABLE + "it enables [TLSv1.2, TLSv1.1], and only TLSv1.2 and TLSv1.3 are safe.");
    }

    @Test
    void bundleWithACipherSuiteThatDoesNotExistStopsTheStart() {
        assertThatThrownBy(() -> start("spring.ssl.bundle.pem.tls.options.ciphers=TLS_AES_128_GCM_SHA257"))
                .hasRootCauseMessage(UNUSABLE + "Unsupported CipherSuite: TLS_AES_128_GCM_SHA257.");
    }

    @Test
    void bundleWithoutATrustStoreStopsTheStartWhereClientsShowCertificates() {
        String keyStore = "spring.ssl.bundle.pem.tls.keystore.";
        assertThatThrownBy(() -> RunningEcho.start(
                        this.transport,
                        keyStore + "certificate=file:" + directory.resolve("tls.crt"),
                        keyStore + "private-key=file:" + directory.resolve("tls.key"),
                        "echo.listeners.plain.ssl.bundle=tls",
                        "echo.listeners.plain.ssl.client-auth=need"))
                .hasRootCauseMessage(
                        UNUSABLE + "ssl.client-auth is 'need', but the bundle has no trust store to know clients by.");
    }

    @Test
    void bundleWithAnEmptyTrustStoreStopsTheStartWhereClientsShowCertificates(@TempDir Path other) throws Exception {
        Path keys = other.resolve("keys.p12");
        Path trusted = other.resolve("trusted.p12");
        char[] password = "secret".toCharArray();
        try (OutputStream keysOut = Files.newOutputStream(keys);
                OutputStream trustedOut = Files.newOutputStream(trusted)) {
            server.toKeyStore(password).store(keysOut, password);
            KeyStore empty = KeyStore.getInstance("PKCS12");
            empty.load(null, null);
            empty.store(trustedOut, password);
        }
        String jks = "spring.ssl.bundle.jks.tls.";
        assertThatThrownBy(() -> RunningEcho.start(
                        this.transport,
                        jks + "keystore.location=file:" + keys,
                        jks + "keystore.password=secret",
                        jks + "truststore.location=file:" + trusted,
                        jks + "truststore.password=secret",
                        "echo.listeners.plain.ssl.bundle=tls",
                        "echo.listeners.plain.ssl.client-auth=want"))
                .hasRootCauseMessage(UNUSABLE
                        + "ssl.client-auth is 'want', but the bundle has an empty trust store to know clients by.");
    }

    @Test
    void keyOfAnotherCertificateStopsTheStart(@TempDir Path other) throws Exception {
        certificates.write(server, other);
        Files.writeString(other.resolve("tls.key"), client.getPrivateKeyPEM());
        assertThatThrownBy(() -> RunningEcho.start(this.transport, TestCertificates.bundle(other)))
                .hasRootCauseMessage(UNUSABLE + "the private key 'ssl' is not that of its certificate, CN=server.");
    }

    private static void assertNoNoise(CapturedOutput output) {
        assertThat(output).doesNotContain("\tat ").doesNotContain("ERROR").doesNotContain("WARN");
    }

    private static void assertRejected(RunningEcho echo, String outcome, CapturedOutput output) {
        await().untilAsserted(() -> assertThat(echo.handshakes(outcome)).isEqualTo(1));
        await().untilAsserted(() -> assertThat(output)
                .contains("Echo refused connections on plain: tls 1 (%s 1); the first from 127.0.0.1"
                        .formatted(outcome)));
        assertThat(echo.rejected("tls")).isEqualTo(1);
        assertThat(echo.accepted()).isZero();
        assertNoNoise(output);
    }
}
