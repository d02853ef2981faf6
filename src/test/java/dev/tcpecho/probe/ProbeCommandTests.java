package dev.tcpecho.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.probe.cli.ExitCode;
import dev.tcpecho.testing.TestCertificates;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ProbeCommandTests {

    private static final String NO_ANSWER =
            "if the port wants a PROXY header, add --proxy v2 or probe through the proxy;"
                    + " otherwise the service's log may tell why\n";

    private static final String OTHER_CERTIFICATE = "; use a host name that is in the service's certificate,"
            + " and a valid certificate, or trust every one with --insecure\n";

    private final StringWriter out = new StringWriter();

    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Probe.run(new PrintWriter(this.out, true), new PrintWriter(this.err, true), arguments);
    }

    private static String target(ServerSocket server) {
        return "localhost:" + server.getLocalPort();
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getByName("localhost"));
    }

    /** What a service does with a connection. */
    private interface Service {

        void serve(Socket client) throws Exception;
    }

    private static ServerSocket serve(Service service) throws IOException {
        return serve(listen(), service);
    }

    private static ServerSocket serve(ServerSocket server, Service service) {
        Thread thread = new Thread(() -> {
            try (Socket client = server.accept()) {
                service.serve(client);
            } catch (Exception ex) {
                // Whatever it is, the probe sees it.
            }
        });
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    private static void echo(Socket client) throws IOException {
        client.getInputStream().transferTo(client.getOutputStream());
    }

    @Test
    void completeWhenEveryByteComesBack() throws IOException {
        try (ServerSocket server = serve(ProbeCommandTests::echo)) {
            assertThat(run(target(server), "--count", "3", "--size", "100", "--interval", "0"))
                    .isEqualTo(ExitCode.COMPLETE);
        }
        assertThat(this.out.toString()).matches("""
                        connected to 127\\.0\\.0\\.1:\\d+ in \\d+\\.\\d{3} ms
                        300 bytes came back in order, and then a clean end
                        round trips of 100 bytes: 3, min [\\d.]+ ms, median [\\d.]+ ms, p99 [\\d.]+ ms, max [\\d.]+ ms
                        """);
        assertThat(this.err.toString()).isEmpty();
    }

    /** More than any socket buffer holds: who sends it all before reading would wait for ever. */
    @Test
    void messageMayBeLongerThanWhatTheServiceHolds() throws IOException {
        try (ServerSocket server = serve(ProbeCommandTests::echo)) {
            assertThat(run(target(server), "--count", "2", "--size", "32MB")).isEqualTo(ExitCode.COMPLETE);
        }
        assertThat(this.out.toString()).contains("67108864 bytes came back");
    }

    @Test
    void messagesAreSentOneAfterTheOtherAtTheInterval() throws IOException {
        try (ServerSocket server = serve(ProbeCommandTests::echo)) {
            long start = System.nanoTime();
            assertThat(run(target(server), "--count", "3", "--interval", "1500ms", "--timeout", "1s"))
                    .isEqualTo(ExitCode.COMPLETE);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(3_000_000_000L);
        }
    }

    @Test
    void targetMayBeAnIpv6AddressInBrackets() throws IOException {
        try (ServerSocket server =
                serve(new ServerSocket(0, 50, InetAddress.getByName("::1")), ProbeCommandTests::echo)) {
            assertThat(run("[::1]:" + server.getLocalPort())).isEqualTo(ExitCode.COMPLETE);
        }
        assertThat(this.out.toString()).startsWith("connected to [0:0:0:0:0:0:0:1]:");
    }

    private static Set<Thread> pooledThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("pool-"))
                .collect(Collectors.toSet());
    }

    @Test
    void leavesNoThreadBehindAServiceThatTakesNothing() throws IOException {
        CountDownLatch probed = new CountDownLatch(1);
        try (ServerSocket server = serve(client -> probed.await())) {
            Set<Thread> before = pooledThreads();
            assertThat(run(target(server), "--size", "64MB", "--timeout", "300ms"))
                    .isEqualTo(ExitCode.LOST);
            await().untilAsserted(() -> assertThat(before).containsAll(pooledThreads()));
        } finally {
            probed.countDown();
        }
    }

    @Test
    void lostWhenTheServiceEndsItsStreamEarly() throws IOException {
        try (ServerSocket server = serve(client -> {
            client.getOutputStream().write(client.getInputStream().readNBytes(100));
            client.getOutputStream().write(client.getInputStream().readNBytes(50));
            client.shutdownOutput();
            client.getInputStream().transferTo(OutputStream.nullOutputStream());
        })) {
            assertThat(run(target(server), "--count", "3", "--size", "100")).isEqualTo(ExitCode.LOST);
        }
        assertThat(this.err.toString())
                .isEqualTo("probe: 150 of 300 bytes came back, and then the service ended its stream\n");
        assertThat(this.out.toString()).contains("round trips of 100 bytes: 1, min");
    }

    @Test
    void lostWhenTheServiceDropsWhatItOwesAtTheEndOfTheStream() throws IOException {
        try (ServerSocket server = serve(client -> {
            InputStream in = client.getInputStream();
            client.getOutputStream().write(in.readNBytes(100));
            byte[] held = in.readNBytes(100);
            client.setSoTimeout(1000);
            try {
                in.transferTo(OutputStream.nullOutputStream());
            } catch (SocketTimeoutException ex) {
                client.getOutputStream().write(held);
            }
        })) {
            assertThat(run(target(server), "--count", "2", "--size", "100")).isEqualTo(ExitCode.LOST);
        }
        assertThat(this.err.toString())
                .isEqualTo(
                        "probe: 100 of 200 bytes came back, and then the service ended its stream; the probe had ended"
                                + " its stream before: the service, or a proxy on the way, may take a half-close for the end of"
                                + " both directions, as nginx does without proxy_half_close\n");
    }

    @Test
    void lostWhenAByteIsChanged() throws IOException {
        try (ServerSocket server = serve(client -> {
            byte[] message = client.getInputStream().readNBytes(100);
            message[42]++;
            client.getOutputStream().write(message);
            echo(client);
        })) {
            assertThat(run(target(server), "--size", "100")).isEqualTo(ExitCode.LOST);
        }
        assertThat(this.err.toString()).isEqualTo("probe: byte 42, counted from 0, is not the one that was sent\n");
    }

    @Test
    void lostWhenBytesAreSwapped() throws IOException {
        try (ServerSocket server = serve(client -> {
            byte[] first = client.getInputStream().readNBytes(50);
            client.getOutputStream().write(client.getInputStream().readNBytes(50));
            client.getOutputStream().write(first);
            echo(client);
        })) {
            assertThat(run(target(server), "--size", "100")).isEqualTo(ExitCode.LOST);
        }
        assertThat(this.err.toString()).contains("is not the one that was sent");
    }

    @Test
    void lostWhenMoreComesBackThanWasSent() throws IOException {
        try (ServerSocket server = serve(client -> {
            echo(client);
            client.getOutputStream().write(1);
        })) {
            assertThat(run(target(server), "--count", "1", "--size", "100")).isEqualTo(ExitCode.LOST);
        }
        assertThat(this.err.toString()).isEqualTo("probe: more than the 100 bytes that were sent came back\n");
    }

    @Test
    void lostWhenTheConnectionIsReset() throws IOException {
        try (ServerSocket server = serve(client -> {
            client.getOutputStream().write(client.getInputStream().readNBytes(50));
            client.setSoLinger(true, 0);
        })) {
            assertThat(run(target(server), "--size", "100")).isEqualTo(ExitCode.LOST);
        }
        assertThat(this.err.toString()).contains("bytes came back, and then the connection broke: Connection reset");
    }

    @ParameterizedTest
    @ValueSource(strings = {"100", "64MB"})
    void lostWhenTheServiceIsSilent(String size) throws IOException {
        CountDownLatch probed = new CountDownLatch(1);
        try (ServerSocket server = serve(client -> probed.await())) {
            assertThat(run(target(server), "--size", size, "--timeout", "300ms"))
                    .isEqualTo(ExitCode.LOST);
        } finally {
            probed.countDown();
        }
        assertThat(this.err.toString())
                .startsWith("probe: 0 of ")
                .endsWith(", and then nothing for 300ms; if the port wants TLS, add --tls; " + NO_ANSWER);
    }

    @Test
    void lostWhenTheServiceDoesNotEndItsStream() throws IOException {
        CountDownLatch probed = new CountDownLatch(1);
        try (ServerSocket server = serve(client -> {
            echo(client);
            probed.await();
        })) {
            assertThat(run(target(server), "--count", "1", "--timeout", "300ms"))
                    .isEqualTo(ExitCode.LOST);
        } finally {
            probed.countDown();
        }
        assertThat(this.err.toString()).isEqualTo("probe: 512 of 512 bytes came back, and then nothing for 300ms\n");
    }

    @Test
    void completeWhenTheServiceIsSlowButNotSilent() throws IOException {
        try (ServerSocket server = serve(client -> {
            InputStream in = client.getInputStream();
            for (int value = in.read(); value >= 0; value = in.read()) {
                // In all longer than the timeout, and each byte well within it.
                Thread.sleep(30);
                client.getOutputStream().write(value);
            }
        })) {
            assertThat(run(target(server), "--count", "1", "--size", "40", "--timeout", "1s"))
                    .isEqualTo(ExitCode.COMPLETE);
        }
    }

    @Test
    void notConnectedWhenNobodyListens() throws IOException {
        int port;
        try (ServerSocket server = listen()) {
            port = server.getLocalPort();
        }
        assertThat(run("127.0.0.1:" + port)).isEqualTo(ExitCode.NOT_CONNECTED);
        assertThat(this.err.toString())
                .isEqualTo("probe: cannot connect to 127.0.0.1:%s: Connection refused\n".formatted(port));
        assertThat(this.out.toString()).isEmpty();
    }

    @Test
    void notConnectedWhenTheHostIsNotKnown() {
        assertThat(run("no-such-host.invalid:25341")).isEqualTo(ExitCode.NOT_CONNECTED);
        assertThat(this.err.toString())
                .isEqualTo("probe: cannot connect to no-such-host.invalid:25341: the host is not known\n");
    }

    @Test
    void notConnectedWhenTheHandshakeGetsNoAnswer() throws IOException {
        CountDownLatch probed = new CountDownLatch(1);
        try (ServerSocket server = serve(client -> probed.await())) {
            assertThat(run(target(server), "--tls", "--timeout", "300ms")).isEqualTo(ExitCode.NOT_CONNECTED);
        } finally {
            probed.countDown();
        }
        assertThat(this.err.toString())
                .endsWith(": Read timed out; if the port speaks no TLS, leave out --tls and the other options of TLS; "
                        + NO_ANSWER);
    }

    @Test
    void intervalMayBeLongerThanTheTimeoutOverTlsToo() throws Exception {
        try (ServerSocket server = serveTls(new TestCertificates().issue("server"))) {
            assertThat(run(target(server), "--insecure", "--count", "2", "--interval", "2s", "--timeout", "1s"))
                    .isEqualTo(ExitCode.COMPLETE);
        }
    }

    private static ServerSocket serveTls(X509Bundle certificate) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(certificate.toKeyManagerFactory().getKeyManagers(), null, null);
        return serve(
                context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getByName("localhost")),
                ProbeCommandTests::echo);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void lostWhenTlsEndsWithoutCloseNotify(String protocol) throws Exception {
        SSLContext context = SSLContext.getInstance(protocol);
        context.init(
                new TestCertificates().issue("server").toKeyManagerFactory().getKeyManagers(), null, null);
        try (ServerSocket server = serve(client -> {
            SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(client, null, false);
            tls.setEnabledProtocols(new String[] {protocol});
            tls.getOutputStream().write(tls.getInputStream().readNBytes(100));
            client.shutdownOutput();
            client.getInputStream().transferTo(OutputStream.nullOutputStream());
        })) {
            assertThat(run(target(server), "--insecure", "--count", "1", "--size", "100"))
                    .isEqualTo(ExitCode.LOST);
        }
        assertThat(this.err.toString())
                .isEqualTo("probe: 100 of 100 bytes came back, and then the connection broke:"
                        + " its end came without TLS's close_notify\n");
    }

    @Test
    void trustsTheAuthoritiesOfAFile(@TempDir Path directory) throws Exception {
        TestCertificates certificates = new TestCertificates();
        X509Bundle certificate = certificates.issue("server");
        certificates.write(certificate, directory);
        try (ServerSocket server = serveTls(certificate)) {
            String authorities = directory.resolve("ca.crt").toString();
            assertThat(run(target(server), "--ca", authorities)).isEqualTo(ExitCode.COMPLETE);
        }
        assertThat(this.out.toString()).contains(", handshake of TLSv1.3 in ");
    }

    @Test
    void doesNotTrustACertificateOfAnotherAuthority() throws Exception {
        try (ServerSocket server = serveTls(new TestCertificates().issue("server"))) {
            assertThat(run(target(server), "--tls")).isEqualTo(ExitCode.NOT_CONNECTED);
        }
        assertThat(this.err.toString())
                .contains("PKIX path building failed")
                .endsWith("; name the authority of the service's certificate with --ca FILE, or trust every one with"
                        + " --insecure\n");
    }

    @Test
    void doesNotTrustACertificateOfAnotherHost(@TempDir Path directory) throws Exception {
        TestCertificates certificates = new TestCertificates();
        X509Bundle certificate = certificates.issue("server");
        certificates.write(certificate, directory);
        try (ServerSocket server = serveTls(certificate)) {
            String authorities = directory.resolve("ca.crt").toString();
            assertThat(run("127.0.0.1:" + server.getLocalPort(), "--ca", authorities))
                    .isEqualTo(ExitCode.NOT_CONNECTED);
        }
        assertThat(this.err.toString())
                .contains("No subject alternative names matching IP address 127.0.0.1 found")
                .endsWith(OTHER_CERTIFICATE);
    }

    @Test
    void doesNotTrustACertificateThatHasExpired(@TempDir Path directory) throws Exception {
        TestCertificates certificates = new TestCertificates();
        X509Bundle certificate = certificates.issueExpired("server");
        certificates.write(certificate, directory);
        try (ServerSocket server = serveTls(certificate)) {
            String authorities = directory.resolve("ca.crt").toString();
            assertThat(run(target(server), "--ca", authorities)).isEqualTo(ExitCode.NOT_CONNECTED);
        }
        assertThat(this.err.toString()).contains("PKIX path validation failed").endsWith(OTHER_CERTIFICATE);
    }

    @ParameterizedTest
    @MethodSource
    void whatComesBeforeTheEchoTellsWhatTheServiceIs(String beginning, String cause, String causeWithTls)
            throws IOException {
        Service service = client -> {
            client.getInputStream().readNBytes(1);
            client.getOutputStream().write(beginning.getBytes(StandardCharsets.ISO_8859_1));
            echo(client);
        };
        try (ServerSocket plain = serve(service);
                ServerSocket tls = serve(service)) {
            assertThat(run(target(plain))).isEqualTo(ExitCode.LOST);
            assertThat(this.err.toString()).endsWith("; " + cause + "\n");
            assertThat(run(target(tls), "--tls")).isEqualTo(ExitCode.NOT_CONNECTED);
            assertThat(this.err.toString()).endsWith("; " + causeWithTls + "\n");
        }
    }

    static Stream<Arguments> whatComesBeforeTheEchoTellsWhatTheServiceIs() {
        String http = "the service speaks HTTP: probe the port of a listener";
        String header =
                "the service echoes a PROXY header of a proxy on the way: set proxy-protocol and trusted-proxies of"
                        + " its listener";
        String text = "the service begins with '%s': probe a listener that sends nothing of its own";
        return Stream.of(
                Arguments.of("HTTP/1.1 400 Bad Request\r\n", http, http),
                Arguments.of("PROXY TCP4 192.0.2.7 192.0.2.8 1 2\r\n", header, header),
                Arguments.of("\r\n\r\n\0\r\nQUIT\n\u0020\0\0\0", header, header),
                Arguments.of("220 mail.example\r\n", text.formatted("220 mail.example"), text.formatted("220 m")));
    }

    @Test
    void trustsEveryoneWhenInsecure() throws Exception {
        try (ServerSocket server = serveTls(new TestCertificates().issueExpired("server"))) {
            assertThat(run("127.0.0.1:" + server.getLocalPort(), "--insecure")).isEqualTo(ExitCode.COMPLETE);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
                    localhost | 'localhost' is not HOST:PORT with a port from 1 to 65535, for example localhost:25341
                    localhost:0 | 'localhost:0' is not HOST:PORT with a port from 1 to 65535, for example localhost:25341
                    :1 | ':1' is not HOST:PORT with a port from 1 to 65535, for example localhost:25341
                    ::1:25341 | '::1:25341' is not HOST:PORT; an IPv6 address has brackets, for example [::1]:25341
                    /run/echo.sock | '/run/echo.sock' is not HOST:PORT; a Unix socket is unix:/run/echo.sock
                    udp://localhost | 'localhost' is not HOST:PORT with a port from 1 to 65535, for example localhost:25341, behind udp://
                    tcp://localhost:1 | 'tcp://localhost:1' is not HOST:PORT; leave out tcp://
                    a:1 b:2 | 'b:2' is one argument too many
                    --cuont 3 | --cuont is not an option
                    -c 3 | -c is not an option
                    --count=3=4 | --count is 3=4, but must be a whole number
                    --count | --count needs a value
                    --count= | --count is empty, but must be a whole number
                    --coun 3 | --coun is not an option
                    --count 3 --count 4 | --count is given twice
                    --tls --tls | --tls is given twice
                    --tls=yes | --tls takes no value
                    --output xml | --output is xml, but must be text, json or ndjson
                    --count 0 | --count is 0, but must be 1 or more
                    --count x | --count is x, but must be a whole number
                    --size 0 | --size is 0, but must be from 1B to 1GB
                    --size 2GB | --size is 2GB, but must be from 1B to 1GB
                    --size x | --size is x, but must be a size, for example 512, 64KB or 1MB
                    --timeout 5 | --timeout is 5, but must be a duration with its unit, for example 200ms, 5s or 1m
                    --timeout 0s | --timeout is 0s, but must be from 1ms to 24d
                    --timeout 0 | --timeout is 0, but must be from 1ms to 24d
                    --interval 1 | --interval is 1, but must be a duration with its unit, for example 200ms, 5s or 1m
                    --timeout 9223372036854775807s | --timeout is 9223372036854775807s, but must be from 1ms to 24d
                    --timeout 25d | --timeout is 25d, but must be from 1ms to 24d
                    --interval -1s | --interval is -1s, but must be from 0s to 24d
                    --interval 300000d | --interval is 300000d, but must be from 0s to 24d
                    --ca /no/such/file | --ca is /no/such/file, but must be a readable file of PEM certificates
                    --proxy v3 | --proxy is v3, but must be v1 or v2
                    --proxy-source 192.0.2.7:1 | --proxy-source is 192.0.2.7:1, but must be beside --proxy v1 or --proxy v2
                    --proxy v1 --proxy-source 192.0.2.7 | --proxy-source is 192.0.2.7, but must be IP:PORT, for example 192.0.2.7:40000 or [2001:db8::7]:40000
                    --proxy v1 --proxy-source localhost:1 | --proxy-source is localhost:1, but must be IP:PORT, for example 192.0.2.7:40000 or [2001:db8::7]:40000
                    --proxy v1 --proxy-source 999.0.0.1:1 | --proxy-source is 999.0.0.1:1, but must be IP:PORT, for example 192.0.2.7:40000 or [2001:db8::7]:40000
                    --sni näme | --sni is näme, but must be a name of 1 to 255 ASCII characters
                    --cert x | --cert and --key need each other
                    --key x | --cert and --key need each other
                    --cert /no/such/file --key y | --cert is /no/such/file, but must be a readable file of PEM certificates
                    -4 -6 | -4 and -6 cannot be used together
                    --ca x --insecure | --ca and --insecure cannot be used together
                    """)
    void refusesBadUsageInOneSentence(String arguments, String sentence) {
        assertThat(run(arguments.split(" "))).isEqualTo(ExitCode.BAD_USAGE);
        assertThat(this.err.toString()).isEqualTo("probe: " + sentence + ". See probe --help.\n");
        assertThat(this.out.toString()).isEmpty();
    }

    @Test
    void refusesAKeyThatIsNoKey(@TempDir Path directory) throws Exception {
        TestCertificates certificates = new TestCertificates();
        certificates.write(certificates.issue("client"), directory);
        String certificate = directory.resolve("tls.crt").toString();
        assertThat(run("--cert", certificate, "--key", certificate)).isEqualTo(ExitCode.BAD_USAGE);
        assertThat(this.err.toString())
                .isEqualTo("probe: --key is %s, but must be a readable file of a PEM private key without a password."
                                .formatted(certificate)
                        + " See probe --help.\n");
    }

    @Test
    void refusesAKeyThatIsNotThatOfTheCertificate(@TempDir Path directory) throws Exception {
        TestCertificates certificates = new TestCertificates();
        Path other = Files.createDirectory(directory.resolve("other"));
        certificates.write(certificates.issue("client"), directory);
        certificates.write(certificates.issue("client"), other);
        String key = other.resolve("tls.key").toString();
        assertThat(run("--cert", directory.resolve("tls.crt").toString(), "--key", key))
                .isEqualTo(ExitCode.BAD_USAGE);
        assertThat(this.err.toString())
                .isEqualTo(
                        "probe: --key is %s, but must be the private key of the certificate in --cert.".formatted(key)
                                + " See probe --help.\n");
    }

    @Test
    void offersApplicationProtocolsAndTellsWhichTheServiceTook() throws Exception {
        X509Bundle certificate = new TestCertificates().issue("server");
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(certificate.toKeyManagerFactory().getKeyManagers(), null, null);
        try (ServerSocket server = serve(client -> {
            SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(client, null, false);
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"echo"});
            tls.setSSLParameters(parameters);
            echo(tls);
            tls.shutdownOutput();
        })) {
            assertThat(run(target(server), "--insecure", "--alpn", "h2,echo")).isEqualTo(ExitCode.COMPLETE);
        }
        assertThat(this.out.toString()).contains(", handshake of TLSv1.3 with echo in ");
    }

    @Test
    void connectsToAddressesOfOneFamilyAlone() throws IOException {
        try (ServerSocket server = serve(ProbeCommandTests::echo)) {
            String target = "127.0.0.1:" + server.getLocalPort();
            assertThat(run(target, "-6")).isEqualTo(ExitCode.NOT_CONNECTED);
            assertThat(this.err.toString())
                    .isEqualTo("probe: cannot connect to %s: the host has no IPv6 address\n".formatted(target));
            assertThat(run(target, "-4")).isEqualTo(ExitCode.COMPLETE);
        }
    }

    @Test
    void refusesAFileWithoutCertificates(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("ca.crt"), "");
        assertThat(run("--ca", file.toString())).isEqualTo(ExitCode.BAD_USAGE);
        assertThat(this.err.toString())
                .isEqualTo("probe: --ca is %s, but must be a readable file of PEM certificates. See probe --help.\n"
                        .formatted(file));
    }

    @Test
    void helpTellsTheExitCodes() {
        assertThat(run("--help")).isZero();
        assertThat(this.out.toString()).contains("HOST:PORT", "--ca FILE", "1   something was lost or changed");
    }
}
