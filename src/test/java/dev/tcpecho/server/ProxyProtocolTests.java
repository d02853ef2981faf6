package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.tcpecho.testing.TestCertificates;
import dev.tcpecho.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The header of a trusted proxy is taken off and believed, and anyone else's is not. */
@ParameterizedClass
@EnumSource(Transport.class)
@ExtendWith(OutputCaptureExtension.class)
class ProxyProtocolTests {

    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

    private static final String TRUSTED = "echo.listeners.plain.trusted-proxies=127.0.0.0/8";

    private static final String REQUIRED = "echo.listeners.plain.proxy-protocol=required";

    private static final String OPTIONAL = "echo.listeners.plain.proxy-protocol=optional";

    @Parameter
    private Transport transport;

    @BeforeEach
    void assumeTransport() {
        assumeThat(this.transport.unavailabilityCause()).isNull();
    }

    static Stream<byte[]> headers() {
        return Stream.of(
                ascii("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n"),
                ascii("PROXY TCP4 192.0.2.7 198.51.100.1 0 443\r\n"),
                ascii("PROXY TCP6 2001:db8::7 2001:db8::1 56324 443\r\n"),
                ascii("PROXY TCP6 2001:db8::7 2001:db8::1 0 0\r\n"),
                ascii("PROXY UNKNOWN\r\n"),
                version2("21", "11", "c0000207" + "c6336401" + "dc04" + "01bb"),
                version2("21", "11", "c0000207" + "c6336401" + "0000" + "01bb"),
                version2(
                        "21",
                        "21",
                        "20010db8000000000000000000000007" + "20010db8000000000000000000000001" + "dc0401bb"),
                version2("21", "11", "c0000207" + "c6336401" + "dc04" + "01bb" + "04" + "0003" + "000000"),
                version2("20", "00", ""),
                version2("21", "00", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {REQUIRED, OPTIONAL})
    void headerIsTakenOffAndWhatFollowsComesBack(String mode) throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport, TRUSTED, mode)) {
            for (byte[] header : headers().toList()) {
                long received = echo.received();
                try (EchoClient client = EchoClient.connect(echo.address())) {
                    client.send(concatenate(header, new byte[] {1, 2, 3}));
                    assertThat(client.read(3)).as(text(header)).containsExactly(1, 2, 3);
                    client.send(new byte[] {4});
                    client.halfClose();
                    assertThat(client.readToEnd()).containsExactly(4);
                    assertThat(echo.received() - received).isEqualTo(4);
                }
            }
        }
    }

    @Test
    void requiredHeaderMayComeByteByByte() throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport, TRUSTED, REQUIRED)) {
            for (byte[] header : headers().toList()) {
                try (EchoClient client = EchoClient.connect(echo.address())) {
                    for (byte part : concatenate(header, new byte[] {1, 2, 3})) {
                        client.send(new byte[] {part});
                    }
                    assertThat(client.read(3)).as(text(header)).containsExactly(1, 2, 3);
                }
            }
        }
    }

    /** The specification allows 65,535 bytes behind the first 16, and a proxy may fill them with TLVs. */
    @ParameterizedTest
    @ValueSource(strings = {REQUIRED, OPTIONAL})
    void longHeaderIsTakenOffHoweverItComesAndWhatFollowsComesBack(String mode) throws Exception {
        byte[] payload = new byte[300_000];
        new Random(1).nextBytes(payload);
        try (RunningEcho echo = RunningEcho.start(this.transport, TRUSTED, mode)) {
            for (int length : new int[] {8_000, 65_535}) {
                byte[] stream = concatenate(withValue(length), payload);
                for (int piece : new int[] {100, 1_000, stream.length}) {
                    try (EchoClient client = EchoClient.connect(echo.address())) {
                        for (int from = 0; from < stream.length; from += piece) {
                            client.send(Arrays.copyOfRange(stream, from, Math.min(from + piece, stream.length)));
                        }
                        client.halfClose();
                        assertThat(client.readToEnd())
                                .as("%s bytes in pieces of %s", length, piece)
                                .isEqualTo(payload);
                    }
                }
            }
            assertThat(echo.received()).isEqualTo(6L * payload.length);
        }
    }

    @Test
    void clientBehindALongHeaderThatNeverReadsIsPushedBack() throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport, TRUSTED, REQUIRED);
                EchoClient client = EchoClient.connect(echo.address(), 4096)) {
            client.sendInBackground(concatenate(withValue(65_535), new byte[32 * 1024 * 1024]));
            await().until(() -> echo.held() > 0);
            await().during(Duration.ofMillis(500))
                    .untilAsserted(() -> assertThat(echo.held()).isBetween(1L, 80L * 1024));
        }
    }

    /** Version 2, with one TLV that fills it. */
    private static byte[] withValue(int length) {
        int value = length - 12 - 3;
        return version2(
                "21",
                "11",
                "c0000207" + "c6336401" + "dc04" + "01bb" + "e0"
                        + HexFormat.of().toHexDigits((short) value) + "61".repeat(value));
    }

    /** The third is what nginx makes of a version 2 header of an IPv6 client whose connection it took over IPv4. */
    @Test
    void badAndMissingHeadersAreRejectedWhereOneIsRequiredAndToldApart(CapturedOutput output) throws Exception {
        Map<String, String> bad = Map.ofEntries(
                Map.entry("PROXY TCP4 300.0.2.7 198.51.100.1 56324 443\r\n", "source-address 2"),
                Map.entry("PROXY TCP4 host.example 198.51.100.1 56324 443\r\n", "source-address 2"),
                Map.entry("PROXY TCP6 2001:db8::7 127.0.0.1 56324 443\r\n", "address-family 1"),
                Map.entry("PROXY TCP4 192.0.2.7 nowhere 56324 443\r\n", "destination-address 1"),
                Map.entry("PROXY TCP4 192.0.2.7 198.51.100.1 -1 443\r\n", "source-port 1"),
                Map.entry("PROXY TCP4 192.0.2.7 198.51.100.1 56324 99999\r\n", "destination-port 1"),
                Map.entry("PROXY TCP4 192.0.2.7 198.51.100.1\r\n", "fields 1"),
                Map.entry("PROXY TCP5 192.0.2.7 198.51.100.1 56324 443\r\n", "protocol 1"),
                Map.entry("PROXY UNKNOWN" + " ".repeat(100), "line-length 1"),
                Map.entry("PROXY TCP4 192", "incomplete 1"),
                Map.entry(text(version2("31", "11", "")), "version 1"),
                Map.entry(text(version2("22", "11", "")), "command 1"),
                Map.entry(text(version2("21", "11", "c0000207")), "address-length 1"));
        Map<String, String> missing = Map.of("GET / HTTP/1.1\r\n\r\n", "other-bytes 1", "", "no-byte 1");
        try (RunningEcho echo = RunningEcho.start(this.transport, TRUSTED, REQUIRED)) {
            for (Map<String, String> streams : List.of(bad, missing)) {
                for (String stream : streams.keySet()) {
                    try (EchoClient client = EchoClient.connect(echo.address())) {
                        sendAndHalfClose(client, stream);
                        assertEndsOrResets(client);
                    }
                }
            }
            await().untilAsserted(() ->
                    assertThat(echo.rejected("proxy-protocol-bad")).isEqualTo(bad.size()));
            assertThat(echo.rejected("proxy-protocol-missing")).isEqualTo(missing.size());
            assertThat(echo.rejected("proxy-protocol-untrusted")).isZero();
            assertThat(echo.accepted()).isZero();
            await().untilAsserted(() -> {
                assertThat(logged(output, "proxy-protocol-bad")).isEqualTo(sums(bad));
                assertThat(logged(output, "proxy-protocol-missing")).isEqualTo(sums(missing));
            });
            assertThat(output)
                    .doesNotContain("host.example")
                    .doesNotContain("nowhere")
                    .doesNotContain("\tat ");
        }
    }

    private static void sendAndHalfClose(EchoClient client, String stream) throws IOException {
        try {
            client.send(stream.getBytes(StandardCharsets.ISO_8859_1));
            client.halfClose();
        } catch (SocketException ex) {
            // The service did not wait for the end.
        }
    }

    /** The numbers of a reason's details, over all lines of the log. */
    private static Map<String, Integer> logged(CapturedOutput output, String reason) {
        Map<String, Integer> sums = new TreeMap<>();
        Matcher details = Pattern.compile(reason + " \\d+ \\(([^)]*)\\)").matcher(output);
        while (details.find()) {
            sum(sums, details.group(1));
        }
        return sums;
    }

    private static Map<String, Integer> sums(Map<String, String> streams) {
        Map<String, Integer> sums = new TreeMap<>();
        streams.values().stream().distinct().forEach(detail -> sum(sums, detail));
        return sums;
    }

    private static void sum(Map<String, Integer> sums, String details) {
        for (String detail : details.split(", ", 0)) {
            int space = detail.indexOf(' ');
            sums.merge(detail.substring(0, space), Integer.valueOf(detail.substring(space + 1)), Integer::sum);
        }
    }

    @Test
    void headerThatDoesNotComeInTimeIsRejectedWhereOneIsRequired(CapturedOutput output) throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport, TRUSTED, REQUIRED);
                EchoClient silent = EchoClient.connect(echo.address());
                EchoClient slow = EchoClient.connect(echo.address())) {
            slow.send(ascii("PROXY TCP4 1"));
            long start = System.nanoTime();
            assertEndsOrResets(silent);
            assertEndsOrResets(slow);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(2500));
            await().untilAsserted(() ->
                    assertThat(echo.rejected("proxy-protocol-missing")).isEqualTo(1));
            await().untilAsserted(() ->
                    assertThat(echo.rejected("proxy-protocol-bad")).isEqualTo(1));
            assertThat(echo.accepted()).isZero();
            assertThat(output).doesNotContain("\tat ");
        }
    }

    @Test
    void anyoneElseIsResetWhereAHeaderIsRequired(CapturedOutput output) throws Exception {
        try (RunningEcho echo = RunningEcho.start(
                        this.transport, REQUIRED, "echo.listeners.plain.trusted-proxies=192.0.2.0/24");
                EchoClient client = EchoClient.connect(echo.address())) {
            assertRejected("proxy-protocol-untrusted", "1", echo, client, output);
        }
    }

    /** The beginnings of headers among them: a proxy sends its header at once, so none of these is one. */
    @ParameterizedTest
    @ValueSource(strings = {"P", "PROXY", "PROXY TCP4", "PROXY TCP5 ", "\r\n", "\r\n\r\n\0\r\nQUIT", "hello"})
    void whatDoesNotBeginWithASignatureComesBackAtOnceWhereAHeaderIsOptional(String data) throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport, TRUSTED, OPTIONAL);
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send(ascii(data));
            assertThat(client.read(data.length())).isEqualTo(ascii(data));
            for (String kind : List.of("missing", "bad", "untrusted")) {
                assertThat(echo.rejected("proxy-protocol-" + kind)).isZero();
            }
        }
    }

    @Test
    void badHeaderIsRejectedWhereItIsOptional(CapturedOutput output) throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport, TRUSTED, OPTIONAL);
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send(ascii("PROXY TCP4 nonsense\r\n"));
            assertRejected("proxy-protocol-bad", "1 (fields 1)", echo, client, output);
        }
    }

    @Test
    void healthCheckWithoutAByteIsAProbeWhereAHeaderIsOptional() throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport, TRUSTED, OPTIONAL)) {
            EchoClient.connect(echo.address()).close();
            await().untilAsserted(() -> assertThat(echo.closed("probe")).isEqualTo(1));
        }
    }

    @Test
    void healthCheckThatResetsIsAProbeWhereAHeaderIsOptional() throws Exception {
        try (RunningEcho echo = RunningEcho.start(this.transport, TRUSTED, OPTIONAL)) {
            EchoClient.connect(echo.address()).reset();
            await().untilAsserted(() -> assertThat(echo.closed("probe")).isEqualTo(1));
            for (String kind : List.of("missing", "bad", "untrusted")) {
                assertThat(echo.rejected("proxy-protocol-" + kind)).isZero();
            }
        }
    }

    @Test
    void headerOfAnyoneElseIsDataWhereItIsOptional() throws Exception {
        byte[] header = ascii("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n");
        try (RunningEcho echo = RunningEcho.start(
                        this.transport, OPTIONAL, "echo.listeners.plain.trusted-proxies=192.0.2.0/24");
                EchoClient client = EchoClient.connect(echo.address())) {
            client.send(header);
            assertThat(client.read(header.length)).isEqualTo(header);
        }
    }

    @Test
    void rulesAndLimitsAreForTheAddressInTheHeader() throws Exception {
        try (RunningEcho echo = RunningEcho.start(
                this.transport,
                TRUSTED,
                REQUIRED,
                "echo.limits.deny=192.0.2.0/24",
                "echo.limits.connections-per-address=1")) {
            try (EchoClient first = connect(echo, "203.0.113.1");
                    EchoClient second = connect(echo, "203.0.113.2");
                    EchoClient denied = connect(echo, "192.0.2.7")) {
                assertThat(first.read(1)).containsExactly(1);
                assertThat(second.read(1)).containsExactly(1);
                assertEndsOrResets(denied);
                assertThat(echo.rejected("denied")).isEqualTo(1);
                try (EchoClient third = connect(echo, "203.0.113.1")) {
                    assertEndsOrResets(third);
                    assertThat(echo.rejected("address-limit")).isEqualTo(1);
                }
            }
        }
    }

    private static EchoClient connect(RunningEcho echo, String address) throws IOException {
        EchoClient client = EchoClient.connect(echo.address());
        client.send(concatenate(ascii("PROXY TCP4 %s 198.51.100.1 1 2\r\n".formatted(address)), new byte[] {1}));
        return client;
    }

    @Test
    void tlsBeginsBehindTheHeader(@TempDir Path directory) throws Exception {
        TestCertificates certificates = new TestCertificates();
        certificates.write(certificates.issue("server"), directory);
        try (RunningEcho echo =
                        RunningEcho.start(this.transport, TestCertificates.bundle(directory, TRUSTED, REQUIRED));
                EchoClient plain = EchoClient.connect(echo.address())) {
            plain.send(ascii("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n"));
            EchoClient client = plain.startTls(certificates.client(null));
            client.send(new byte[] {1, 2, 3});
            client.halfClose();
            assertThat(client.readToEnd()).containsExactly(1, 2, 3);
            await().untilAsserted(() -> assertThat(echo.closed("client")).isEqualTo(1));
        }
    }

    @Test
    void endBeforeTheHeaderIsNoHandshake(@TempDir Path directory, CapturedOutput output) throws Exception {
        TestCertificates certificates = new TestCertificates();
        certificates.write(certificates.issue("server"), directory);
        try (RunningEcho echo =
                        RunningEcho.start(this.transport, TestCertificates.bundle(directory, TRUSTED, REQUIRED));
                EchoClient client = EchoClient.connect(echo.address())) {
            client.halfClose();
            assertRejected("proxy-protocol-missing", "1 (no-byte 1)", echo, client, output);
            assertThat(echo.rejected("tls")).isZero();
            assertThat(echo.handshakes("closed")).isZero();
        }
    }

    private static void assertRejected(
            String reason, String count, RunningEcho echo, EchoClient client, CapturedOutput output) {
        assertEndsOrResets(client);
        await().untilAsserted(() -> assertThat(output)
                .contains(
                        "Echo refused connections on plain: %s %s; the first from 127.0.0.1".formatted(reason, count)));
        assertThat(echo.rejected(reason)).isEqualTo(1);
        assertThat(echo.accepted()).isZero();
        assertThat(output).doesNotContain("\tat ");
    }

    private static void assertEndsOrResets(EchoClient client) {
        try {
            assertThat(client.readToEnd()).isEmpty();
        } catch (SocketException ex) {
            assertThat(ex).hasMessageContaining("reset");
        } catch (IOException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] version2(String versionAndCommand, String familyAndTransport, String rest) {
        String length = HexFormat.of().toHexDigits((short) (rest.length() / 2));
        return HexFormat.of().parseHex(SIGNATURE + versionAndCommand + familyAndTransport + length + rest);
    }

    private static byte[] concatenate(byte[] first, byte[] second) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(first);
        both.writeBytes(second);
        return both.toByteArray();
    }
}
