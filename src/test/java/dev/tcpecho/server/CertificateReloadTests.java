package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.testing.TestCertificates;
import dev.tcpecho.transport.Transport;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.util.FileSystemUtils;

/** Certificates are replaced while the service runs, again and again, and a broken one changes nothing. */
@ExtendWith(OutputCaptureExtension.class)
class CertificateReloadTests {

    private static final String[] RELOAD = {
        "spring.ssl.bundle.pem.tls.reload-on-update=true", "spring.ssl.bundle.watch.file.quiet-period=100ms"
    };

    @TempDir
    private Path directory;

    private TestCertificates certificates;

    @BeforeEach
    void createAuthority() throws Exception {
        this.certificates = new TestCertificates();
    }

    @Test
    void overwrittenFilesServeNewConnectionsAndOldOnesGoOn() throws Exception {
        this.certificates.write(this.certificates.issue("zero"), this.directory);
        try (RunningEcho echo = start();
                EchoClient old = connect(echo)) {
            assertEchoes(old);
            for (String name : new String[] {"first", "second", "third"}) {
                X509Bundle next = this.certificates.issue(name);
                this.certificates.write(next, this.directory);
                awaitServed(echo, next);
                assertEchoes(old);
            }
            assertThat(reloads(echo, "success")).isGreaterThanOrEqualTo(3);
        }
    }

    /** The files are links into a directory behind a link, ..data, which is replaced as a whole. */
    @Test
    void symbolicLinksThatAreSwappedAsKubernetesDoesServeNewConnectionsAndOldOnesGoOn() throws Exception {
        this.certificates.write(this.certificates.issue("zero"), this.directory.resolve("..0"));
        Files.createSymbolicLink(this.directory.resolve("..data"), Path.of("..0"));
        for (String file : new String[] {"tls.crt", "tls.key", "ca.crt"}) {
            Files.createSymbolicLink(this.directory.resolve(file), Path.of("..data", file));
        }
        try (RunningEcho echo = start();
                EchoClient old = connect(echo)) {
            assertEchoes(old);
            for (int rotation = 1; rotation <= 3; rotation++) {
                X509Bundle next = this.certificates.issue("rotation " + rotation);
                this.certificates.write(next, this.directory.resolve(".." + rotation));
                Path link = Files.createSymbolicLink(this.directory.resolve("..data_tmp"), Path.of(".." + rotation));
                Files.move(link, this.directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
                deleteDirectory(this.directory.resolve(".." + (rotation - 1)));
                awaitServed(echo, next);
                assertEchoes(old);
            }
            assertThat(reloads(echo, "failure")).isZero();
        }
    }

    /** In each of them Spring Boot's watcher misses a rotation, because it watches directories and not paths. */
    @Test
    void everyRotationOfEveryLayoutIsSeenAndLossOfTheFilesIsToldOnce(CapturedOutput output) throws Exception {
        Map<String, Path> layouts = Map.of(
                "replaced", Path.of("replaced"),
                "linked", Path.of("linked/tls"),
                "deep", Path.of("deep/current/conf/tls"),
                "subfolder", Path.of("subfolder/certs"));
        rotate(0);
        try (RunningEcho echo = RunningEcho.start(Transport.NIO, properties(layouts))) {
            for (int rotation = 1; rotation <= 3; rotation++) {
                X509Bundle next = rotate(rotation);
                for (String layout : layouts.keySet()) {
                    awaitServed(echo, layout, next);
                }
            }
            assertThat(reloads(echo, "failure")).isZero();
            assertThat(reloads(echo, "success")).isEqualTo(3L * layouts.size());
            FileSystemUtils.deleteRecursively(this.directory.resolve("replaced"));
            await().untilAsserted(() -> assertThat(output)
                    .contains("The update of the SSL bundle 'replaced' cannot be used and the one before it stays: "
                            + this.directory.resolve("replaced/")));
            awaitServed(echo, "replaced", rotate(4));
            assertThat(reloads(echo, "failure")).isEqualTo(1);
        }
    }

    /** The directory is replaced, a link to it is, one further up is, or the one that Kubernetes makes is. */
    private X509Bundle rotate(int rotation) throws Exception {
        X509Bundle next = this.certificates.issue("rotation " + rotation);
        String version = "..v" + rotation;
        this.certificates.write(next, this.directory.resolve("new"));
        FileSystemUtils.deleteRecursively(this.directory.resolve("replaced"));
        Files.move(this.directory.resolve("new"), this.directory.resolve("replaced"));
        this.certificates.write(next, this.directory.resolve("linked").resolve(version));
        link(this.directory.resolve("linked/tls"), version);
        this.certificates.write(
                next, this.directory.resolve("deep").resolve(version).resolve("conf/tls"));
        link(this.directory.resolve("deep/current"), version);
        this.certificates.write(
                next, this.directory.resolve("subfolder").resolve(version).resolve("certs"));
        link(this.directory.resolve("subfolder/..data"), version);
        if (rotation == 0) {
            link(this.directory.resolve("subfolder/certs"), "..data/certs");
        }
        return next;
    }

    /** As {@code ln -sfn} does. */
    private static void link(Path link, String target) throws Exception {
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, Path.of(target));
    }

    private String[] properties(Map<String, Path> layouts) {
        List<String> properties = new ArrayList<>(List.of("spring.ssl.bundle.watch.file.quiet-period=100ms"));
        layouts.forEach((name, path) -> {
            String pem = "spring.ssl.bundle.pem.%s.".formatted(name);
            String files = "=file:" + this.directory.resolve(path);
            properties.add(pem + "reload-on-update=true");
            properties.add(pem + "keystore.certificate" + files + "/tls.crt");
            properties.add(pem + "keystore.private-key" + files + "/tls.key");
            properties.add("echo.listeners.%s.port=0".formatted(name));
            properties.add("echo.listeners.%s.ssl.bundle=%s".formatted(name, name));
        });
        return properties.toArray(String[]::new);
    }

    private static void deleteDirectory(Path directory) throws Exception {
        for (String file : new String[] {"tls.crt", "tls.key", "ca.crt"}) {
            Files.delete(directory.resolve(file));
        }
        Files.delete(directory);
    }

    @Test
    void certificateThatCannotBeReadLeavesTheOldOneServing(CapturedOutput output) throws Exception {
        assertStays(output, "", () -> Files.writeString(this.directory.resolve("tls.crt"), "-----BEGIN nonsense"));
    }

    @Test
    void keyOfAnotherCertificateLeavesTheOldOneServing(CapturedOutput output) throws Exception {
        assertStays(
                output,
                "the private key 'ssl' is not that of its certificate, CN=first. ",
                () -> Files.writeString(
                        this.directory.resolve("tls.key"),
                        this.certificates.issue("other").getPrivateKeyPEM()));
    }

    @Test
    void expiredCertificateLeavesTheOldOneServing(CapturedOutput output) throws Exception {
        assertStays(
                output,
                "the certificate 'ssl', CN=old, is only valid from ",
                () -> this.certificates.write(this.certificates.issueExpired("old"), this.directory));
    }

    /** The clock of who issued it may be ahead; the file does not change any more. */
    @Test
    void certificateThatIsNotValidYetServesWhenItIs(CapturedOutput output) throws Exception {
        this.certificates.write(this.certificates.issue("first"), this.directory);
        try (RunningEcho echo = start()) {
            X509Bundle next =
                    this.certificates.issueForLater("next", Instant.now().plusSeconds(6));
            this.certificates.write(next, this.directory);
            await().untilAsserted(() -> assertThat(output).containsOnlyOnce("CN=next, is only valid from "));
            awaitServed(echo, next);
            assertThat(reloads(echo, "failure")).isEqualTo(1);
        }
    }

    @Test
    void renewalOfTheKeyThatServesDoesNotDependOnTheOthersInItsStore() throws Exception {
        X509Bundle first = this.certificates.issue("first");
        X509Bundle next = this.certificates.issue("next");
        Path file = this.directory.resolve("server.p12");
        writeStore(file, first);
        String jks = "spring.ssl.bundle.jks.tls.";
        try (RunningEcho echo = RunningEcho.start(
                Transport.NIO,
                jks + "reload-on-update=true",
                jks + "keystore.location=file:" + file,
                jks + "keystore.password=secret",
                jks + "keystore.type=PKCS12",
                jks + "key.alias=new",
                "spring.ssl.bundle.watch.file.quiet-period=100ms",
                "echo.listeners.plain.ssl.bundle=tls")) {
            awaitServed(echo, first);
            writeStore(file, next);
            awaitServed(echo, next);
            assertThat(reloads(echo, "failure")).isZero();
        }
    }

    /** With an expired key beside it, and the expired certificate of an authority. */
    private void writeStore(Path file, X509Bundle certificate) throws Exception {
        char[] password = "secret".toCharArray();
        X509Bundle expired = this.certificates.issueExpired("old");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("new", certificate.getKeyPair().getPrivate(), password, certificate.getCertificatePath());
        store.setKeyEntry("old", expired.getKeyPair().getPrivate(), password, expired.getCertificatePath());
        store.setCertificateEntry("authority", expired.getCertificate());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        store.store(out, password);
        Files.write(file, out.toByteArray());
    }

    @Test
    void missingFileLeavesTheOldOneServing(CapturedOutput output) throws Exception {
        assertStays(output, "tls.crt", () -> Files.delete(this.directory.resolve("tls.crt")));
    }

    private void assertStays(CapturedOutput output, String reason, Change change) throws Exception {
        X509Bundle first = this.certificates.issue("first");
        this.certificates.write(first, this.directory);
        try (RunningEcho echo = start()) {
            change.make();
            await().untilAsserted(() -> assertThat(reloads(echo, "failure")).isEqualTo(1));
            awaitServed(echo, first);
            assertThat(output)
                    .containsOnlyOnce("The update of the SSL bundle 'tls' cannot be used and the one before it stays: ")
                    .contains(reason)
                    .doesNotContain("\tat ");
            X509Bundle next = this.certificates.issue("next");
            this.certificates.write(next, this.directory);
            awaitServed(echo, next);
        }
    }

    private RunningEcho start() {
        return RunningEcho.start(Transport.NIO, TestCertificates.bundle(this.directory, RELOAD));
    }

    private EchoClient connect(RunningEcho echo) throws Exception {
        return connect(echo, "plain");
    }

    private EchoClient connect(RunningEcho echo, String listener) throws Exception {
        int port = echo.bean(EchoServer.class).addresses().get(listener).getPort();
        return EchoClient.connect(new InetSocketAddress(echo.address().getAddress(), port))
                .startTls(this.certificates.client(null));
    }

    private static void assertEchoes(EchoClient client) throws Exception {
        client.send(new byte[] {1, 2});
        assertThat(client.read(2)).containsExactly(1, 2);
    }

    private void awaitServed(RunningEcho echo, X509Bundle certificate) {
        awaitServed(echo, "plain", certificate);
    }

    private void awaitServed(RunningEcho echo, String listener, X509Bundle certificate) {
        await().untilAsserted(() -> {
            try (EchoClient client = connect(echo, listener)) {
                assertThat(client.serverCertificate()).isEqualTo(certificate.getCertificate());
                assertEchoes(client);
            }
        });
    }

    private static long reloads(RunningEcho echo, String outcome) {
        return (long) echo.registry()
                .get("echo.tls.reloads")
                .tag("outcome", outcome)
                .functionCounter()
                .count();
    }

    @FunctionalInterface
    private interface Change {

        void make() throws Exception;
    }
}
