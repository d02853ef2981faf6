package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.testing.TestCertificates;
import dev.tcpecho.transport.Transport;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that resumes a TLS session needs a certificate that is valid now, as any other. */
class ResumedSessionTests {

    @TempDir
    private static Path directory;

    private final List<RunningEcho> echoes = new ArrayList<>();

    private TestCertificates certificates;

    @BeforeEach
    void start() throws Exception {
        this.certificates = new TestCertificates();
        this.certificates.write(this.certificates.issue("server"), directory);
        Stream.of(Transport.values())
                .filter(transport -> transport.unavailabilityCause() == null)
                .map(transport -> RunningEcho.start(
                        transport, TestCertificates.bundle(directory, "echo.listeners.plain.ssl.client-auth=need")))
                .forEach(this.echoes::add);
    }

    @AfterEach
    void stop() {
        this.echoes.forEach(RunningEcho::close);
    }

    @Test
    void expiredCertificateIsRefusedInAResumedSessionAndOpenConnectionsGoOn() throws Exception {
        Duration validity = Duration.ofSeconds(4);
        List<Client> clients = new ArrayList<>();
        Instant end;
        do {
            // On a busy machine the handshakes take longer than the certificate is valid, and then they begin again.
            end = Instant.now().plus(validity);
            validity = validity.multipliedBy(2);
            clients.clear();
        } while (!connectUntil(end, clients));
        Instant expired = end.plusSeconds(1);
        await().until(() -> Instant.now().isAfter(expired));
        for (Client client : clients) {
            long rejected = client.echo.rejected("tls");
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> {
                try (EchoClient resumed = client.connect()) {
                    resumed.send(new byte[] {1});
                    resumed.read(1);
                }
            });
            await().untilAsserted(() -> assertThat(client.echo.rejected("tls")).isEqualTo(rejected + 1));
            assertThat(client.echo.handshakes("client-certificate")).isEqualTo(rejected + 1);
            try (EchoClient open = client.open) {
                assertEchoes(open);
            }
        }
    }

    /** Returns whether each client has had two connections, the second of which resumed the session of the first. */
    private boolean connectUntil(Instant end, List<Client> clients) throws Exception {
        X509Bundle certificate = this.certificates.issueUntil("client", end);
        try {
            for (RunningEcho echo : this.echoes) {
                for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
                    Client client = new Client(echo, this.certificates.client(certificate), protocol);
                    clients.add(client);
                    assertEchoes(client.open);
                    try (EchoClient resumed = client.connect()) {
                        assertEchoes(resumed);
                    }
                }
            }
        } catch (IOException ex) {
            assertThat(Instant.now()).isAfter(end);
        }
        return Instant.now().isBefore(end);
    }

    private static void assertEchoes(EchoClient client) throws IOException {
        client.send(new byte[] {1});
        assertThat(client.read(1)).containsExactly(1);
    }

    /** A client that keeps its session, and a connection that is open. */
    private static final class Client {

        private final RunningEcho echo;

        private final SSLContext tls;

        private final String protocol;

        private final EchoClient open;

        Client(RunningEcho echo, SSLContext tls, String protocol) throws IOException {
            this.echo = echo;
            this.tls = tls;
            this.protocol = protocol;
            this.open = connect();
        }

        EchoClient connect() throws IOException {
            InetSocketAddress address = this.echo.address();
            return EchoClient.connect(address).startTls(this.tls, this.protocol);
        }
    }
}
