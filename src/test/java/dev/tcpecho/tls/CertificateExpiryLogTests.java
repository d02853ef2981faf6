package dev.tcpecho.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.testing.RunningService;
import dev.tcpecho.testing.TestCertificates;
import io.netty.pkitesting.X509Bundle;
import java.net.Socket;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A certificate that is not valid, or not for long, is one line of the log for each listener, and not one more. */
@ExtendWith(OutputCaptureExtension.class)
class CertificateExpiryLogTests {

    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    private final List<String> properties =
            new ArrayList<>(List.of("echo.limits.connections=10", "spring.ssl.bundle.watch.file.quiet-period=100ms"));

    private final TestCertificates certificates = new TestCertificates();

    @TempDir
    Path directory;

    CertificateExpiryLogTests() throws Exception {}

    @Test
    void eachIsToldAtTheStartAndWhenItsTimeComesAndAfterAReload(CapturedOutput output) throws Exception {
        X509Bundle expired = this.certificates.issueExpired("old");
        Instant tomorrow = this.now.plus(Duration.ofDays(1));
        Instant later = this.now.plus(Duration.ofDays(60));
        Instant soon = this.now.plusSeconds(6);
        listener("expired", expired);
        listener("good", this.certificates.issueUntil("good", later));
        listener("early", this.certificates.issueForLater("early", tomorrow));
        listener("ending", this.certificates.issueUntil("ending", soon));
        try (RunningService service = RunningService.start(this.properties.toArray(String[]::new))) {
            String expiredLine = line(
                    "expired",
                    "old",
                    "expired at %s: renew it"
                            .formatted(expired.getCertificate().getNotAfter().toInstant()));
            String earlyLine = line(
                    "early", "early", "is not valid before %s: replace it, or correct the clock".formatted(tomorrow));
            assertThat(warnings(output))
                    .filteredOn(line -> !line.contains("'ending'"))
                    .containsExactly(earlyLine, expiredLine);
            assertThat(service.get("/actuator/health").status()).isEqualTo(503);

            this.certificates.write(this.certificates.issueUntil("next", tomorrow), this.directory.resolve("good"));
            String nextLine = line("good", "next", "expires at %s: renew it".formatted(tomorrow));
            await().untilAsserted(() -> assertThat(warnings(output)).contains(nextLine));

            String endedLine = line("ending", "ending", "expired at %s: renew it".formatted(soon));
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                for (String listener : List.of("expired", "good", "early", "ending")) {
                    new Socket("localhost", service.address(listener).getPort()).close();
                }
                assertThat(warnings(output)).contains(endedLine);
            });
            assertThat(warnings(output)).doesNotHaveDuplicates().hasSizeBetween(4, 5);
        }
    }

    @Test
    void eachChangeIsToldOnceWhenAConnectionComesBehindIt(CapturedOutput output) throws Exception {
        Instant end = this.now.plus(Duration.ofDays(1));
        X509Bundle certificate = this.certificates.issueUntil("web", end);
        KeyStore store = certificate.toKeyStore("secret".toCharArray());
        AtomicReference<Instant> time = new AtomicReference<>(this.now);
        CertificateExpiryLog log = new CertificateExpiryLog("plain", "tls", Duration.ofHours(1), time::get);
        log.serve(SslBundle.of(SslStoreBundle.of(store, "secret", null)));
        log.look();
        assertThat(warnings(output)).isEmpty();
        for (String verb : List.of("expires", "expired")) {
            time.set(verb.equals("expires") ? end.minusSeconds(1) : end.plusSeconds(1));
            log.look();
            log.look();
            assertThat(warnings(output))
                    .last()
                    .asString()
                    .startsWith("The listener 'plain' serves the certificate '")
                    .endsWith("' of the SSL bundle 'tls', CN=web, which %s at %s: renew it".formatted(verb, end));
        }
        assertThat(warnings(output)).hasSize(2);
    }

    private void listener(String name, X509Bundle certificate) throws Exception {
        Path files = this.directory.resolve(name);
        this.certificates.write(certificate, files);
        String pem = "spring.ssl.bundle.pem.%s.".formatted(name);
        this.properties.addAll(List.of(
                "echo.listeners.%s.port=0".formatted(name),
                "echo.listeners.%s.ssl.bundle=%s".formatted(name, name),
                pem + "reload-on-update=true",
                pem + "keystore.certificate=file:" + files.resolve("tls.crt"),
                pem + "keystore.private-key=file:" + files.resolve("tls.key")));
    }

    private static String line(String listener, String subject, String fault) {
        return "The listener '%s' serves the certificate 'ssl' of the SSL bundle '%s', CN=%s, which %s"
                .formatted(listener, listener, subject, fault);
    }

    private static List<String> warnings(CapturedOutput output) {
        return output.toString()
                .lines()
                .filter(line -> line.contains(" WARN "))
                .map(line -> line.replaceFirst(".* : ", ""))
                .toList();
    }
}
