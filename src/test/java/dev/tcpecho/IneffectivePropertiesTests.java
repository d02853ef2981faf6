package dev.tcpecho;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.testing.RunningService;
import dev.tcpecho.testing.TestCertificates;
import io.netty.pkitesting.X509Bundle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Properties that do nothing beside others are told when the service starts. */
@ExtendWith(OutputCaptureExtension.class)
class IneffectivePropertiesTests {

    @Test
    void eachIsTold(CapturedOutput output) throws Exception {
        X509Bundle certificate = new TestCertificates().issue("web");
        String pem = "spring.ssl.bundle.pem.web.keystore.";
        RunningService.start(
                        "echo.limits.connections=10",
                        "echo.limits.connections-per-address=11",
                        "echo.limits.allow=10.1.0.0/16, 10.0.0.0/7, fd00::/8",
                        "echo.limits.deny=192.0.2.0/24, 10.0.0.0/8",
                        "echo.drain.quiet=1500ms",
                        "echo.drain.timeout=1s",
                        pem + "certificate=" + certificate.getCertificatePEM(),
                        pem + "private-key=" + certificate.getPrivateKeyPEM())
                .close();
        assertThat(output.toString().lines().filter(line -> line.contains(" WARN ")))
                .map(line -> line.replaceFirst(".* : ", ""))
                .containsExactly(
                        "echo.limits.connections-per-address is 11, but refuses nobody, because echo.limits.connections is 10:"
                                + " lower the one or raise the other",
                        "echo.limits.allow has 10.1.0.0/16, but allows nobody, because echo.limits.deny has 10.0.0.0/8:"
                                + " remove one of them",
                        "echo.drain.quiet is 1500ms, but ends no connection, because echo.drain.timeout is 1s:"
                                + " lower the one or raise the other",
                        "The SSL bundle 'web' is not used: name it in ssl.bundle of a listener, or remove it");
    }

    @Test
    void noneOfTheDefaultsIs(CapturedOutput output) {
        RunningService.start("echo.limits.connections=10", "echo.drain.timeout=0s")
                .close();
        assertThat(output).doesNotContain(" WARN ");
    }
}
