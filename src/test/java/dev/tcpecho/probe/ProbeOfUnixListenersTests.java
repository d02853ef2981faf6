package dev.tcpecho.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.tcpecho.probe.cli.ExitCode;
import dev.tcpecho.testing.RunningService;
import dev.tcpecho.testing.TestCertificates;
import dev.tcpecho.transport.Transport;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The probe's commands against the service's own Unix sockets. */
@Timeout(60)
class ProbeOfUnixListenersTests {

    private static final String NAME = "tcp-echo-test-%s".formatted(new SplittableRandom().nextLong(Long.MAX_VALUE));

    private static Path directory;

    private static RunningService service;

    private final StringWriter out = new StringWriter();

    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start(@TempDir Path temporary) throws Exception {
        assumeThat(Transport.EPOLL.unavailabilityCause()).isNull();
        directory = temporary;
        TestCertificates certificates = new TestCertificates();
        certificates.write(certificates.issue("server"), directory);
        String bundle = "spring.ssl.bundle.pem.server.keystore.";
        service = RunningService.start(
                "echo.transport=epoll",
                bundle + "certificate=file:" + directory.resolve("tls.crt"),
                bundle + "private-key=file:" + directory.resolve("tls.key"),
                "echo.listeners.file.path=" + directory.resolve("file"),
                "echo.listeners.tls.path=" + directory.resolve("tls"),
                "echo.listeners.tls.ssl.bundle=server",
                "echo.listeners.name.path=@" + NAME);
    }

    @AfterAll
    static void stop() {
        if (service != null) {
            service.close();
        }
    }

    private int run(String line) {
        return Probe.run(
                new PrintWriter(this.out, true),
                new PrintWriter(this.err, true),
                line.replace("{files}", directory.toString())
                        .replace("{name}", NAME)
                        .split(" "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    unix:{files}/file --size 1MB
                    unix:{files}/tls --ca {files}/ca.crt --sni localhost --size 1MB
                    unix:{files}/tls --insecure --size 1MB
                    unix:@{name} --size 1MB
                    watch unix:@{name} --duration 300ms
                    watch unix:{files}/tls --insecure --duration 300ms
                    load unix:{files}/file --duration 300ms --connections 5 --transport epoll
                    load unix:{files}/tls --insecure --duration 300ms --connections 5 --transport epoll
                    load unix:@{name} --duration 300ms --connections 5 --transport epoll
                    load unix:@{name} --duration 300ms --connections 5 --reconnect --transport epoll
                    """)
    void everyByteComesBack(String line) {
        assertThat(run(line)).as(() -> this.out + "" + this.err).isEqualTo(ExitCode.COMPLETE);
        assertThat(this.err.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    unix:{files}/tls              | 1 | the service speaks TLS: add --tls, --ca FILE or --insecure
                    unix:{files}/file --insecure  | 2 | the service echoes the handshake, and so speaks no TLS: leave out --tls and the other options of TLS
                    unix:{files}/file --proxy v1  | 1 | the service echoes the PROXY header: leave out --proxy
                    unix:@{name}-none             | 2 | nobody listens on that name
                    watch unix:@{name}-none --duration 300ms | 2 | nobody listens on that name
                    load unix:@{name}-none --transport epoll | 2 | nobody listens on that name
                    """)
    void failureTellsItsCause(String line, int exitCode, String cause) {
        assertThat(run(line)).isEqualTo(exitCode);
        assertThat(this.out + "" + this.err).contains(cause);
    }
}
