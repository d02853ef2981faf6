package dev.tcpecho.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.probe.cli.ExitCode;
import dev.tcpecho.testing.RunningService;
import dev.tcpecho.testing.TestCertificates;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the probe says of a listener that is not for its plain bytes, or not for its TLS. */
@Timeout(60)
class ProbeOfListenersTests {

    private static final String WANTS_HEADER =
            "if the port wants a PROXY header, add --proxy v2 or probe through the proxy;"
                    + " otherwise the service's log may tell why";

    private static final String WANTS_CERTIFICATE =
            "if the service wants a client certificate, add --cert FILE and --key FILE;"
                    + " otherwise the service's log may tell why";

    private static final String BEGINS = "the service begins with '%s': probe a listener that sends nothing of its own";

    private static RunningService service;

    private static Path files;

    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        TestCertificates certificates = new TestCertificates();
        certificates.write(certificates.issue("server"), directory);
        String bundle = "spring.ssl.bundle.pem.server.";
        service = RunningService.start(
                bundle + "keystore.certificate=file:" + directory.resolve("tls.crt"),
                bundle + "keystore.private-key=file:" + directory.resolve("tls.key"),
                bundle + "truststore.certificate=file:" + directory.resolve("ca.crt"),
                "echo.listeners.tls.port=0",
                "echo.listeners.tls.ssl.bundle=server",
                "echo.listeners.mutual.port=0",
                "echo.listeners.mutual.ssl.bundle=server",
                "echo.listeners.mutual.ssl.client-auth=need",
                "echo.listeners.proxied.port=0",
                "echo.listeners.proxied.proxy-protocol=required",
                "echo.listeners.proxied.trusted-proxies=127.0.0.0/8, ::1/128",
                "echo.listeners.greeting.port=0",
                "echo.listeners.greeting.behaviours.greeting=welcome, stranger\\r\\n",
                "echo.listeners.from.port=0",
                "echo.listeners.from.proxy-protocol=required",
                "echo.listeners.from.trusted-proxies=127.0.0.0/8, ::1/128",
                "echo.listeners.from.behaviours.greeting=from {remote}\\r\\n",
                "echo.listeners.name.port=0",
                "echo.listeners.name.ssl.bundle=server",
                "echo.listeners.name.behaviours.greeting=name {sni}\\r\\n",
                "echo.listeners.strict.port=0",
                "echo.listeners.strict.proxy-protocol=required",
                "echo.listeners.strict.trusted-proxies=192.0.2.0/24");
        files = directory;
        certificates.write(certificates.issue("client"), Files.createDirectory(directory.resolve("client")));
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    tls      |            | 1 | the service speaks TLS: add --tls, --ca FILE or --insecure
                    mutual   |            | 1 | the service speaks TLS: add --tls, --ca FILE or --insecure
                    mutual   | --insecure | 1 | {certificate}
                    proxied  |            | 1 | if the port wants TLS, add --tls; {header}
                    plain    | --insecure | 2 | the service echoes the handshake, and so speaks no TLS: leave out --tls and the other options of TLS
                    plain    | --tls      | 2 | the service echoes the handshake, and so speaks no TLS: leave out --tls and the other options of TLS
                    proxied  | --insecure | 2 | if the port speaks no TLS, leave out --tls and the other options of TLS; {header}
                    plain    | --proxy v1 | 1 | the service echoes the PROXY header: leave out --proxy, or set proxy-protocol of its listener
                    plain    | --proxy v2 | 1 | the service echoes the PROXY header: leave out --proxy, or set proxy-protocol of its listener
                    greeting |            | 1 | the service begins with 'welcome, stranger': probe a listener that sends nothing of its own
                    """)
    void failureTellsItsLikelyCauseAndWhatToDo(String listener, String option, int exitCode, String cause) {
        assertThat(probe("localhost", listener, option)).isEqualTo(exitCode);
        assertThat(this.err.toString())
                .endsWith("; %s\n"
                        .formatted(
                                cause.replace("{header}", WANTS_HEADER).replace("{certificate}", WANTS_CERTIFICATE)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    proxied | --proxy v1
                    proxied | --proxy V2
                    proxied | --proxy v1 --proxy-source [2001:db8::7]:1
                    mutual  | --insecure --cert {files}/client/tls.crt --key {files}/client/tls.key
                    tls     | --ca {files}/ca.crt --alpn h2,http/1.1 --sni other_name
                    """)
    void everyByteComesBackFromAListenerThatWantsMore(String listener, String options) {
        assertThat(probe("localhost", listener, options)).isZero();
        assertThat(this.err.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    from | 127.0.0.1 | --proxy v1 --proxy-source 192.0.2.7:65535        | from 192.0.2.7:65535
                    from | 127.0.0.1 | --proxy v2 --proxy-source 192.0.2.7:65535        | from 192.0.2.7:65535
                    from | 127.0.0.1 | --proxy v1 --proxy-source [2001:db8::7]:40000    | from [2001:db8::7]:40000
                    from | 127.0.0.1 | --proxy v2 --proxy-source [2001:db8::7]:40000    | from [2001:db8::7]:40000
                    from | [::1]     | --proxy v1 --proxy-source 192.0.2.7:1            | from 192.0.2.7:1
                    from | [::1]     | --proxy v2 --proxy-source 192.0.2.7:1            | from 192.0.2.7:1
                    name | localhost | --insecure --sni tcp_echo                        | name tcp_echo
                    name | localhost | --insecure --sni echo.                           | name echo.
                    """)
    void listenerSeesWhatTheOptionsSay(String listener, String host, String options, String greeting) {
        assertThat(probe(host, listener, options)).isEqualTo(ExitCode.LOST);
        assertThat(this.err.toString()).endsWith("; " + BEGINS.formatted(greeting) + "\n");
    }

    @Test
    void withoutASourceTheHeaderNamesTheProbe() {
        assertThat(probe("127.0.0.1", "from", "--proxy v2")).isEqualTo(ExitCode.LOST);
        assertThat(this.err.toString()).contains("; the service begins with 'from 127.0.0.1:");
    }

    @Test
    void headerOfAClientThatIsNoTrustedProxyIsNotAdvisedAgain() {
        assertThat(probe("127.0.0.1", "strict", "--proxy v2")).isNotZero();
        assertThat(this.err.toString())
                .endsWith(
                        "; if the port wants TLS, add --tls; if the service does not trust this client's PROXY header,"
                                + " add the client to trusted-proxies; otherwise the service's log may tell why\n");
    }

    @Test
    void certificateThatIsNotTrustedIsNotAdvisedAgain() throws Exception {
        TestCertificates strangers = new TestCertificates();
        Path stranger = Files.createDirectory(files.resolve("stranger"));
        strangers.write(strangers.issue("client"), stranger);
        String options = "--insecure --cert %s/tls.crt --key %s/tls.key".formatted(stranger, stranger);
        assertThat(probe("localhost", "mutual", options)).isNotZero();
        assertThat(this.err.toString())
                .endsWith("; if the service does not trust the client certificate, show another with --cert and --key;"
                        + " otherwise the service's log may tell why\n");
    }

    private int probe(String host, String listener, @Nullable String options) {
        String target = host + ":" + service.address(listener).getPort();
        String line = (options == null) ? target : target + " " + options.replace("{files}", files.toString());
        return Probe.run(new PrintWriter(new StringWriter()), new PrintWriter(this.err, true), line.split(" "));
    }
}
