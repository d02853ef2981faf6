package dev.tcpecho.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.testing.RunningService;
import dev.tcpecho.testing.TestCertificates;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What the probe says of a listener that is not for its plain bytes, or not for its TLS. */
@Timeout(60)
class ProbeOfListenersTests {

    private static final String WANTS_HEADER =
            "if the port wants a PROXY header, probe through the proxy;" + " otherwise the service's log may tell why";

    private static final String WANTS_CERTIFICATE = "if the service wants a client certificate, the probe has none:"
            + " probe a listener without client-auth; otherwise the service's log may tell why";

    private static RunningService service;

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
                "echo.listeners.greeting.behaviours.greeting=welcome, stranger");
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
                    plain    | --insecure | 2 | the service echoes the handshake, and so speaks no TLS: leave out --tls, --ca and --insecure
                    plain    | --tls      | 2 | the service echoes the handshake, and so speaks no TLS: leave out --tls, --ca and --insecure
                    proxied  | --insecure | 2 | if the port speaks no TLS, leave out --tls, --ca and --insecure; {header}
                    greeting |            | 1 | the service begins with 'welcome, stranger': probe a listener that sends nothing of its own
                    """)
    void failureTellsItsLikelyCauseAndWhatToDo(String listener, String option, int exitCode, String cause) {
        StringWriter err = new StringWriter();
        CommandLine commandLine = ProbeCommand.commandLine()
                .setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(err, true));
        String target = "localhost:" + service.address(listener).getPort();
        List<String> arguments = (option == null) ? List.of(target) : List.of(target, option);
        assertThat(commandLine.execute(arguments.toArray(String[]::new))).isEqualTo(exitCode);
        assertThat(err.toString())
                .endsWith("; %s\n"
                        .formatted(
                                cause.replace("{header}", WANTS_HEADER).replace("{certificate}", WANTS_CERTIFICATE)));
    }
}
