package dev.tcpecho.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.EchoApplication;
import dev.tcpecho.probe.cli.ExitCode;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The plain {@code probe} as a process of its own. */
@Timeout(60)
class ProbeProcessTests {

    /** Netty warns of a machine id that it cannot read, and so of a host without any network interface. */
    @Test
    void nettyLogsNothingForAnAbstractName() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Dio.netty.machineId=none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EchoApplication.class.getName(),
                        "probe",
                        "unix:@nobody-listens-on-this-name",
                        "--output",
                        "json")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = process.inputReader()) {
            assertThat(out.lines()).singleElement().asString().startsWith("{\"event\":\"end\"");
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(ExitCode.NOT_CONNECTED);
        } finally {
            process.destroyForcibly();
        }
    }
}
