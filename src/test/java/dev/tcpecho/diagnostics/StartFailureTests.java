package dev.tcpecho.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.tcpecho.EchoApplication;
import dev.tcpecho.testing.TestCertificates;
import dev.tcpecho.transport.Transport;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** What a user reads when a wrong configuration stops the start: the exact text, and no stack trace. */
@ExtendWith(OutputCaptureExtension.class)
class StartFailureTests {

    private static final String CHOOSE_ZONE =
            "Set echo.listeners.plain.address to the address, '%' and the name of its interface, for example"
                    + " 'fe80::1%eth0' ('ip -6 address' lists both), or to '::' for every address.";

    private static final String BEHAVIOURS = "echo.listeners.plain.behaviours";

    @ParameterizedTest
    @EnumSource(Transport.class)
    void portTaken(Transport transport, CapturedOutput output) throws Exception {
        assumeThat(transport.unavailabilityCause()).isNull();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertStartFails(
                    output,
                    "The listener 'plain' cannot open port %s on '127.0.0.1': the port is already in use."
                            .formatted(port),
                    ("Stop what uses port %s ('ss -ltnp sport = :%s' names it),"
                                    + " or set echo.listeners.plain.port to another port, or to 0 for any free one.")
                            .formatted(port, port),
                    "--echo.transport=" + transport,
                    "--echo.listeners.plain.address=127.0.0.1",
                    "--echo.listeners.plain.port=" + port);
        }
    }

    @ParameterizedTest
    @CsvSource({"server.port,", "management.server.port, --server.port=0"})
    void portOfTheListenerIsTheManagementPort(String property, @Nullable String argument, CapturedOutput output)
            throws Exception {
        int port = freePort();
        assertStartFailsExactly(
                output,
                "The listener 'plain' cannot open port %s on '::': the service has opened it for HTTP, as %s says."
                        .formatted(port, property),
                "Set echo.listeners.plain.port or %s to another port than %s.".formatted(property, port),
                Stream.of("--%s=%s".formatted(property, port), argument, "--echo.listeners.plain.port=" + port)
                        .filter(Objects::nonNull)
                        .toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource({"server.port,", "management.server.port, --server.port=0"})
    void managementPortTaken(String property, @Nullable String argument, CapturedOutput output) throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            int port = taken.getLocalPort();
            assertStartFailsExactly(
                    output,
                    "The service cannot open the management port %s: the port is already in use.".formatted(port),
                    ("Stop what uses port %s ('ss -ltnp sport = :%s' names it),"
                                    + " or set %s to another port, or to 0 for any free one.")
                            .formatted(port, port, property),
                    Stream.of("--%s=%s".formatted(property, port), argument)
                            .filter(Objects::nonNull)
                            .toArray(String[]::new));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    server.port            | 70000 | but must be a port from 0 to 65535, where 0 is any free port | Correct the value of {}.
                    server.port            | -5    | but must be a port from 0 to 65535, where 0 is any free port | Correct the value of {}, or set spring.main.web-application-type to none for no management port.
                    server.port            | many  | which is not a whole number                                  | Set {} to a port from 0 to 65535, where 0 is any free port.
                    management.server.port | 65536 | but must be a port from 0 to 65535, where 0 is any free port | Correct the value of {}.
                    management.server.port | many  | which is not a whole number                                  | Set {} to a port from 0 to 65535, where 0 is any free port.
                    """)
    void managementPortThatIsNoPort(
            String property, String value, String fault, String action, CapturedOutput output, @TempDir Path directory)
            throws Exception {
        Path file = directory.resolve("port.yml");
        String other = property.equals("server.port") ? "" : "server.port: 0\n";
        Files.writeString(file, "\n%s: %s\n%s".formatted(property, value, other));
        assertStartFailsExactly(
                output,
                "%s is '%s', %s (URL [file:%s] - 2:%s).".formatted(property, value, fault, file, property.length() + 3),
                action.replace("{}", property),
                "--spring.config.additional-location=file:" + file);
    }

    @ParameterizedTest
    @CsvSource({"::, 127.0.0.1", "127.0.0.1, ::", "::, 0.0.0.0", "127.0.0.1, localhost"})
    void portOfAListenerThatIsOpenOnAnOverlappingAddress(String first, String second, CapturedOutput output)
            throws Exception {
        int port = freePort();
        assertStartFails(
                output,
                "The listener 'b' cannot open port %s on '%s': the listener 'a' has opened it.".formatted(port, second),
                "Set echo.listeners.b.port to another port than %s, or remove one of the two listeners."
                        .formatted(port),
                "--echo.listeners.a.port=" + port,
                "--echo.listeners.a.address=" + first,
                "--echo.listeners.b.port=" + port,
                "--echo.listeners.b.address=" + second);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Test
    void portTakenLeavesNoOtherListenerOpen(CapturedOutput output) throws Exception {
        int free = freePort();
        try (ServerSocket taken = new ServerSocket(0)) {
            assertThat(catchThrowable(() -> start(
                            "--echo.listeners.first.port=" + free,
                            "--echo.listeners.second.port=" + taken.getLocalPort())))
                    .isNotNull();
            assertThat(output).contains("The listener 'second' cannot open port");
            try (Socket client = new Socket()) {
                assertThat(catchThrowable(() -> client.connect(new InetSocketAddress("127.0.0.1", free))))
                        .hasMessageContaining("refused");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"-1", "65536"})
    void portOutOfRange(String port, CapturedOutput output) {
        assertStartFails(
                output,
                "echo.listeners.plain.port is '%s', but must be a port from 0 to 65535, where 0 is any free port%s."
                        .formatted(port, argument("echo.listeners.plain.port")),
                "Correct the value of echo.listeners.plain.port.",
                "--echo.listeners.plain.port=" + port);
    }

    @Test
    void unknownTransport(CapturedOutput output) {
        assertStartFails(
                output,
                "echo.transport is 'kqueue', which is not one of its values"
                        + " (\"echo.transport\" from property source \"commandLineArgs\").",
                "Set echo.transport to one of: auto, nio, epoll, io-uring.",
                "--echo.transport=kqueue");
    }

    @Test
    void duplicatePorts(CapturedOutput output) {
        assertStartFails(
                output,
                "The listeners 'a' and 'b' are both to open port 7007"
                        + " (\"echo.listeners.a.port\" from property source \"commandLineArgs\","
                        + " \"echo.listeners.b.port\" from property source \"commandLineArgs\").",
                "Set echo.listeners.b.port to another port than 7007, or remove one of the two listeners.",
                "--echo.listeners.a.port=7007",
                "--echo.listeners.b.port=7007");
    }

    @Test
    void unresolvableAddress(CapturedOutput output) {
        assertStartFails(
                output,
                "The listener 'plain' cannot open port 0 on 'no.such.host.invalid': the address does not resolve.",
                "Set echo.listeners.plain.address to an IP address of this host, to a name that resolves to one,"
                        + " or to '::' for every address.",
                "--echo.listeners.plain.address=no.such.host.invalid");
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void addressOfAnotherHost(Transport transport, CapturedOutput output) {
        assumeThat(transport.unavailabilityCause()).isNull();
        assertStartFails(
                output,
                "The listener 'plain' cannot open port 0 on '192.0.2.1': it is not an address of this host.",
                "Set echo.listeners.plain.address to an IP address of this host, to a name that resolves to one,"
                        + " or to '::' for every address.",
                "--echo.transport=" + transport,
                "--echo.listeners.plain.address=192.0.2.1");
    }

    /** Java's own transport takes it, if one of this host's interfaces has the address. */
    @ParameterizedTest
    @EnumSource(Transport.class)
    void linkLocalAddressWithoutItsZone(Transport transport, CapturedOutput output) {
        assumeThat(transport.unavailabilityCause()).isNull();
        assertStartFails(
                output,
                "The listener 'plain' cannot open port 0 on 'fe80::1': a link-local address needs its interface as a zone.",
                CHOOSE_ZONE,
                "--echo.transport=" + transport,
                "--echo.listeners.plain.address=fe80::1");
    }

    @Test
    void linkLocalAddressWithAZoneThatDoesNotExist(CapturedOutput output) {
        assertStartFails(
                output,
                "The listener 'plain' cannot open port 0 on 'fe80::1%none': no interface of that name has a link-local address.",
                CHOOSE_ZONE,
                "--echo.listeners.plain.address=fe80::1%none");
    }

    @ParameterizedTest
    @CsvSource({"224.0.0.1, multicast", "ff02::1, multicast", "255.255.255.255, broadcast"})
    void addressToWhichNoClientCanConnect(String address, String kind, CapturedOutput output) {
        assertStartFails(
                output,
                "echo.listeners.plain.address is '%s', a %s address, to which no TCP client can connect%s."
                        .formatted(address, kind, argument("echo.listeners.plain.address")),
                "Set echo.listeners.plain.address to an IP address of this host, to a name that resolves to one,"
                        + " or to '::' for every address.",
                "--echo.listeners.plain.address=" + address);
    }

    @Test
    void propertyThatDoesNotExist(CapturedOutput output) {
        assertStartFails(
                output,
                "There is no such property: echo.listener.plain.port = '7'"
                        + " (\"echo.listener.plain.port\" from property source \"commandLineArgs\").",
                "Correct its name or remove it; the README and docs/behaviours.md list every property.",
                "--echo.listener.plain.port=7");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
                    echo.drain.timeout,                      -1s, must be 0s or more, -1000ms
                    echo.drain.delay,                        -1s, must be 0s or more, -1000ms
                    echo.drain.quiet,                        -1s, must be 0s or more, -1000ms
                    echo.limits.datagrams-per-second,        0,   must be 1 or more, 0
                    echo.limits.datagrams-per-second,        -5,  must be 1 or more, -5
                    echo.limits.connections-per-address,     -1,  'must be 1 or more, or 0 for no limit', -1
                    echo.limits.idle-timeout,                -1s, 'must be 0s or more, where 0s is no limit', -1000ms
                    echo.limits.lifetime,                    -1s, 'must be 0s or more, where 0s is no limit', -1000ms
                    """)
    void valueOutOfRange(String property, String value, String rule, String shown, CapturedOutput output) {
        assertStartFails(
                output,
                "%s is '%s', but %s%s.".formatted(property, shown, rule, argument(property)),
                "Correct the value of %s.".formatted(property),
                "--" + property + "=" + value);
    }

    @ParameterizedTest
    @CsvSource({"echo.limits.idle-timeout, 300", "echo.drain.timeout, 30"})
    void durationWithoutAUnit(String property, String value, CapturedOutput output) {
        assertStartFails(
                output,
                "%s is '%s', which has no unit (\"%s\" from property source \"commandLineArgs\")."
                        .formatted(property, value, property),
                "Set %s to a number and a unit, for example 500ms, 20s or 5m.".formatted(property),
                "--" + property + "=" + value);
    }

    @Test
    void everyValueOutOfRangeIsTold(CapturedOutput output) {
        assertThat(catchThrowable(() -> start("--echo.limits.datagrams-per-second=0", "--echo.limits.lifetime=-1s")))
                .isNotNull();
        assertThat(output)
                .contains(
                        "echo.limits.datagrams-per-second is '0', but must be 1 or more%s.\n"
                                .formatted(argument("echo.limits.datagrams-per-second")),
                        "echo.limits.lifetime is '-1000ms', but must be 0s or more, where 0s is no limit%s.\n"
                                .formatted(argument("echo.limits.lifetime")))
                .containsPattern("Correct the value of echo.limits.[a-z-]+ and echo.limits.[a-z-]+\\.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    localhost/32           | Write an IP address, a slash and a prefix length, for example 10.0.0.0/8, 192.0.2.7/32 or 2001:db8::/32, in place of 'localhost/32'; names are not looked up.
                    10.0.0.0               | Write '10.0.0.0/32' in place of '10.0.0.0', which has no prefix length.
                    2001:db8::/129         | Write a prefix length from 0 to 128 in '2001:db8::/129'.
                    ::ffff:127.0.0.9/128   | Write '127.0.0.9/32' in place of '::ffff:127.0.0.9/128', which is IPv4 in the notation of IPv6.
                    10.0.0.0/8,10.9.0.0/99 | Write a prefix length from 0 to 32 in '10.9.0.0/99'.
                    """)
    void noAddressBlock(String value, String action, CapturedOutput output) {
        for (String property :
                new String[] {"echo.limits.allow", "echo.limits.deny", "echo.listeners.plain.trusted-proxies"}) {
            assertStartFails(
                    output,
                    "%s is '%s', which is not a CIDR block (\"%s\" from property source \"commandLineArgs\")."
                            .formatted(property, value, property),
                    action,
                    "--" + property + "=" + value);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"many", "0", "-5", "1.5", "9000000000"})
    void limitThatIsNoNumber(String value, CapturedOutput output) {
        assertStartFails(
                output,
                "echo.limits.connections is '%s', which is not auto or a whole number from 1 on%s."
                        .formatted(value, argument("echo.limits.connections")),
                "Set echo.limits.connections to auto, or to a whole number from 1 on, for example 100.",
                "--echo.limits.connections=" + value);
    }

    @Test
    void unknownProxyProtocol(CapturedOutput output) {
        assertStartFails(
                output,
                "echo.listeners.plain.proxy-protocol is 'v3', which is not one of its values"
                        + " (\"echo.listeners.plain.proxy-protocol\" from property source \"commandLineArgs\").",
                "Set echo.listeners.plain.proxy-protocol to one of: off, optional, required.",
                "--echo.listeners.plain.proxy-protocol=v3");
    }

    @Test
    void requiredProxyProtocolWithoutATrustedProxy(CapturedOutput output) {
        assertStartFails(
                output,
                "echo.listeners.plain.proxy-protocol is 'required', but no proxy is trusted, so that nobody could connect"
                        + argument("echo.listeners.plain.proxy-protocol") + ".",
                "Set echo.listeners.plain.trusted-proxies to the CIDR blocks of the proxies, for example 10.0.0.0/8.",
                "--echo.listeners.plain.proxy-protocol=required");
    }

    @Test
    void optionalProxyProtocolWithoutATrustedProxy(CapturedOutput output) {
        assertStartFails(
                output,
                "echo.listeners.plain.proxy-protocol is 'optional', but no proxy is trusted, so that every header would be echoed"
                        + argument("echo.listeners.plain.proxy-protocol") + ".",
                "Set echo.listeners.plain.trusted-proxies to the CIDR blocks of the proxies, for example 10.0.0.0/8.",
                "--echo.listeners.plain.proxy-protocol=optional");
    }

    @Test
    void trustedProxiesWithoutProxyProtocol(CapturedOutput output) {
        assertStartFails(
                output,
                "echo.listeners.plain.trusted-proxies is '10.0.0.0/8, fd00::/8', but without proxy-protocol a proxy's header would be echoed"
                        + argument("echo.listeners.plain.trusted-proxies[0]") + ".",
                "Set echo.listeners.plain.proxy-protocol to 'required' or 'optional', or remove echo.listeners.plain.trusted-proxies.",
                "--echo.listeners.plain.trusted-proxies[0]=10.0.0.0/8",
                "--echo.listeners.plain.trusted-proxies[1]=fd00::/8");
    }

    @Test
    void clientCertificatesWithoutTls(CapturedOutput output) {
        assertStartFails(
                output,
                "echo.listeners.plain.ssl.client-auth is 'need', but without TLS nobody shows a certificate"
                        + argument("echo.listeners.plain.ssl.client-auth") + ".",
                "Set echo.listeners.plain.ssl.bundle to the SSL bundle with the certificate.",
                "--echo.listeners.plain.ssl.client-auth=need");
    }

    @Test
    void sslBundleWithAnEncryptedKeyThatHasNoPassword(CapturedOutput output) throws Exception {
        X509Bundle certificate = new TestCertificates().issue("web");
        String pem = "--spring.ssl.bundle.pem.web.keystore.";
        String[] bundle = {
            pem + "certificate=" + certificate.getCertificatePEM(),
            pem + "private-key=-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
        };
        String action = "Set spring.ssl.bundle.pem.%s.keystore.private-key-password.";
        assertStartFails(
                output,
                "The SSL bundle 'web' cannot be used: its private key is encrypted, and has no password.",
                action.formatted("web"),
                bundle[0],
                bundle[1],
                pem + "verify-keys=true");
        assertStartFails(
                output,
                "An SSL bundle cannot be used: its private key is encrypted, and has no password.",
                action.formatted("*"),
                bundle[0],
                bundle[1],
                "--server.ssl.bundle=web");
    }

    @Test
    void sslBundleWithAKeyOfNoneOfItsCertificates(CapturedOutput output) throws Exception {
        X509Bundle certificate = new TestCertificates().issue("web");
        String pem = "--spring.ssl.bundle.pem.web.keystore.";
        assertStartFails(
                output,
                "The SSL bundle 'web' cannot be used: its private key is that of none of its certificates.",
                "Correct spring.ssl.bundle.pem.web, or the files that it refers to.",
                pem + "certificate=" + certificate.getCertificatePEM(),
                pem + "private-key=" + new TestCertificates().issue("other").getPrivateKeyPEM(),
                pem + "verify-keys=true");
    }

    @Test
    void noTruthValue(CapturedOutput output) {
        assertStartFails(
                output,
                "echo.listeners.plain.reuse-port is 'yes1', which is not a truth value"
                        + " (\"echo.listeners.plain.reuse-port\" from property source \"commandLineArgs\").",
                "Set echo.listeners.plain.reuse-port to true or false.",
                "--echo.listeners.plain.reuse-port=yes1");
    }

    @Test
    void sslBundleThatDoesNotExist(CapturedOutput output) {
        assertStartFails(
                output,
                "echo.listeners.plain.ssl.bundle is 'web', which is no SSL bundle"
                        + argument("echo.listeners.plain.ssl.bundle") + ".",
                "Configure that bundle under spring.ssl.bundle.pem or spring.ssl.bundle.jks.",
                "--echo.listeners.plain.ssl.bundle=web");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    rate=-1B                                   | B.rate.bytes-per-second is '-1B', but must be 1B or more{}.                        | Correct the value of B.rate.bytes-per-second.
                    rate.scope=listener                        | B.rate.bytes-per-second is not set{}.                                             | Set B.rate.bytes-per-second, or remove B.rate.
                    rate=1B rate.probability=0.5               | B.rate.probability = '0.5'{} has no effect, because B.rate is '1B' ("B.rate" from property source "commandLineArgs"). | Remove one of the two, or write the value of B.rate as a setting below it, as docs/behaviours.md shows.
                    delay.duration=1s delay.probability=2      | B.delay.probability is '2.0', but must be a share from 0 to 1{}.                   | Correct the value of B.delay.probability.
                    delay=-1s                                  | B.delay.duration is '-1s', but must be 0s or more{}.                               | Correct the value of B.delay.duration.
                    delay.jitter=1s                            | B.delay.duration is not set{}.                                                     | Set B.delay.duration, or remove B.delay.
                    delay.duration=1s delay.jitter=-1s         | B.delay.jitter is '-1s', but must be 0s or more{}.                                 | Correct the value of B.delay.jitter.
                    delay.duration=1s delay.jitter=1001ms      | B.delay.jitter is '1001ms', but must be at most the delay of 1s, unless delay.distribution is 'normal'{}. | Correct the value of B.delay.jitter.
                    delay.duration=1s delay.distribution=normal | B.delay.distribution is 'normal', but there is no jitter to distribute{}. | Set B.delay.jitter, or remove B.delay.distribution.
                    corrupt=0B                                 | B.corrupt.one-bit-in is '0B', but must be 1B or more{}.                            | Correct the value of B.corrupt.one-bit-in.
                    corrupt.one-bit-in=1B corrupt.probability=-1 | B.corrupt.probability is '-1.0', but must be a share from 0 to 1{}.              | Correct the value of B.corrupt.probability.
                    chunk=0B                                   | B.chunk.size is '0B', but must be 1B or more{}.                                    | Correct the value of B.chunk.size.
                    chunk.size=10B chunk.variation=10B         | B.chunk.variation is '10B', but must be 0B or more, and less than the chunk size of 10B{}. | Correct the value of B.chunk.variation.
                    chunk.size=10B chunk.pause=-1ms            | B.chunk.pause is '-1ms', but must be 0s or more{}.                                 | Correct the value of B.chunk.pause.
                    stall-after=0B                             | B.stall-after.bytes is '0B', but must be 1B or more{}.                             | Correct the value of B.stall-after.bytes.
                    close-after=-1s                            | B.close-after.time is '-1s', but must be 0s or more{}.                             | Correct the value of B.close-after.time.
                    reset-after.probability=0.5                | B.reset-after has neither bytes nor time{}.                                        | Set B.reset-after.bytes, B.reset-after.time or both.
                    close-after=1KB reset-after=1s             | B.close-after and B.reset-after are both set, but a connection ends only once ("B.close-after" from property source "commandLineArgs", "B.reset-after" from property source "commandLineArgs"). | Remove B.close-after or B.reset-after.
                    greeting={host}                            | B.greeting.text is '{host}', but there is no placeholder {host}{}.                 | Use {hostname}, {listener}, {port}, {remote}, {sni} or {connection} in B.greeting.text.
                    greeting=a\\q                            | B.greeting.text is 'a\\q', but there is no escape \\q{}.                       | Use \\r, \\n, \\t or \\\\ in B.greeting.text.
                    greeting=                                  | B.greeting.text is '', but must be 1 to 1,024 characters{}.                        | Correct the value of B.greeting.text.
                    greeting.format=json greeting.text=a       | B.greeting.text is 'a', but must be empty if greeting.format is 'json'{}.          | Correct the value of B.greeting.text.
                    refuse=1.5                                 | B.refuse.share is '1.5', but must be a share from 0 to 1{}.                        | Correct the value of B.refuse.share.
                    refuse.mode=close-port refuse.share=0.5    | B.refuse.share is '0.5', but must be 1 if refuse.mode is 'close-port', because a closed port refuses every connection{}. | Correct the value of B.refuse.share.
                    beans=nope                                 | B.beans has 'nope', but no bean of the type Behaviour has that name{}.             | Remove the name, or add the bean.
                    beans=*,nope                               | B.beans has 'nope', but no bean of the type Behaviour has that name{}.             | Remove the name, or add the bean.
                    nope=1                                     | There is no such property: B.nope = '1'{}.                                       | Correct its name or remove it; the README and docs/behaviours.md list every property.
                    seed=                                      | There is no such property, or it needs a value: B.seed = ''{}.                   | Correct its name, give it a value or remove it; the README and docs/behaviours.md list every property.
                    seed=many                                  | B.seed is 'many', which is not a whole number{}.                                 | Set B.seed to a whole number, for example 100.
                    delay=100                                  | B.delay is '100', which has no unit{}.                                           | Set B.delay to a number and a unit, for example 500ms, 20s or 5m.
                    delay=soon                                 | B.delay is 'soon', which is not a duration{}.                                    | Set B.delay to a number and a unit, for example 500ms, 20s or 5m.
                    delay=                                     | B.delay is '', which is not a duration{}.                                        | Set B.delay to a number and a unit, for example 500ms, 20s or 5m.
                    rate=fast                                  | B.rate is 'fast', which is not a data size{}.                                    | Set B.rate to a number and a unit, for example 100B, 1KB or 1GB.
                    chunk=small                                | B.chunk is 'small', which is not a data size{}.                                  | Set B.chunk to a number and a unit, for example 100B, 1KB or 1GB.
                    corrupt=often                              | B.corrupt is 'often', which is not a data size{}.                                | Set B.corrupt to a number and a unit, for example 100B, 1KB or 1GB.
                    stall-after=soon                           | B.stall-after is 'soon', which is not a data size or a duration{}.               | Set B.stall-after to a number and a unit, for example 10KB or 5s.
                    refuse=many                                | B.refuse is 'many', which is not a share or close-port{}.                        | Set B.refuse to a share from 0 to 1, or to close-port.
                    refuse.mode=drop                           | B.refuse.mode is 'drop', which is not one of its values{}.                       | Set B.refuse.mode to one of: reset, close-port.
                    """)
    void behavioursThatCannotBeMeant(String settings, String description, String action, CapturedOutput output) {
        String last = BEHAVIOURS + "." + settings.replaceAll("(.* |^)([^ ]*)=.*", "$2");
        assertStartFails(
                output,
                inFull(description.replace("{}", argument(last))),
                inFull(action),
                Stream.of(settings.split(" "))
                        .map(setting -> "--%s.%s".formatted(BEHAVIOURS, setting))
                        .toArray(String[]::new));
    }

    private static String argument(String property) {
        return " (\"%s\" from property source \"commandLineArgs\")".formatted(property);
    }

    private static String inFull(String sentence) {
        return sentence.replaceAll("\\bB\\.", BEHAVIOURS + ".");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    refuse: true                       | B.refuse is 'true', which is not a share or close-port; YAML reads yes and on as true, no and off as false{}.              | Set B.refuse to a share from 0 to 1, or to close-port.
                    delay: yes                         | B.delay is 'true', which is not a duration; YAML reads yes and on as true, no and off as false{}.                          | Set B.delay to a number and a unit, for example 500ms, 20s or 5m.
                    close-after: true                  | B.close-after is 'true', which is not a data size or a duration; YAML reads yes and on as true, no and off as false{}.     | Set B.close-after to a number and a unit, for example 10KB or 5s.
                    greeting: true                     | B.greeting is 'true', which is not a text; YAML reads yes and on as true, no and off as false{}.                           | Set B.greeting to a text in quotation marks, for example "hello".
                    delay: 1:30                        | B.delay is '90', which has no unit; YAML reads 5:00 as 300{}.          | Set B.delay to a number and a unit, for example 500ms, 20s or 5m.
                    close-after: 30                    | B.close-after is '30', which has no unit; YAML reads 5:00 as 300{}.    | Set B.close-after to a number and a unit, for example 10KB or 5s.
                    chunk: {size: true}                | B.chunk.size is 'true', which is not a data size; YAML reads yes and on as true, no and off as false{}.                    | Set B.chunk.size to a number and a unit, for example 100B, 1KB or 1GB.
                    delay: {duration: 1s, probability: true} | B.delay.probability is 'true', which is not a number; YAML reads yes and on as true, no and off as false{}.          | Set B.delay.probability to a number, for example 0.5.
                    rate: 1.5                          | B.rate is '1.5', which is not a data size{}.                           | Set B.rate to a number and a unit, for example 100B, 1KB or 1GB.
                    rate: -1                           | B.rate.bytes-per-second is '-1B', but must be 1B or more{}.              | Correct the value of B.rate.bytes-per-second.
                    refuse: 2                          | B.refuse.share is '2.0', but must be a share from 0 to 1{}.              | Correct the value of B.refuse.share.
                    refuse: .nan                       | B.refuse.share is 'NaN', but must be a share from 0 to 1{}.              | Correct the value of B.refuse.share.
                    delay: [1s]                        | B.delay[0] is '1s'{}, but B.delay takes no list. | Set B.delay as the README and docs/behaviours.md show.
                    delay: []                          | B.delay is '', which is not a duration{}.                              | Set B.delay to a number and a unit, for example 500ms, 20s or 5m.
                    refuse: [0.1]                      | B.refuse[0] is '0.1'{}, but B.refuse takes no list. | Set B.refuse as the README and docs/behaviours.md show.
                    beans: [shout]                     | B.beans has 'shout', but no bean of the type Behaviour has that name{}.  | Remove the name, or add the bean.
                    beans: {shout: 1}                  | There is no such property: B.beans.shout = '1'{}.                      | Correct its name or remove it; the README and docs/behaviours.md list every property.
                    """)
    void behavioursInYamlThatCannotBeMeant(
            String yaml, String description, String action, CapturedOutput output, @TempDir Path directory)
            throws Exception {
        Path file = directory.resolve("behaviours.yml");
        Files.writeString(file, "%s:\n  %s\n".formatted(BEHAVIOURS, yaml));
        assertStartFailsByFile(
                output,
                "--spring.config.additional-location=file:" + file,
                "URL \\[file:%s\\] - \\d+:\\d+".formatted(file),
                inFull(description),
                inFull(action));
    }

    private static void assertStartFailsByFile(
            CapturedOutput output, String argument, String origin, String description, String action) {
        assertThat(catchThrowable(() -> start(argument))).isNotNull();
        assertThat(output)
                .containsPattern("Description:\n\n%s\n"
                        .formatted(Pattern.quote(description).replace("{}", "\\E \\(%s\\)\\Q".formatted(origin))))
                .contains("\nAction:\n\n" + action + "\n")
                .doesNotContain("\tat ")
                .doesNotContain("WARN");
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "true", "text"})
    void behavioursThatAreNoMap(String yaml, CapturedOutput output, @TempDir Path directory) throws Exception {
        Path file = directory.resolve("behaviours.yml");
        Files.writeString(file, "%s: %s\n".formatted(BEHAVIOURS, yaml));
        assertStartFailsByFile(
                output,
                "--spring.config.additional-location=file:" + file,
                "URL \\[file:%s\\] - 1:34".formatted(file),
                "%s is '%s', which is not a map of behaviours%s{}."
                        .formatted(
                                BEHAVIOURS,
                                yaml,
                                yaml.equals("true") ? "; YAML reads yes and on as true, no and off as false" : ""),
                "Set %s to behaviours by their names, for example delay: 100ms.".formatted(BEHAVIOURS));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ECHO_LISTENERS_PLAIN_BEHAVIOURS_DELAY             | soon | B.delay is 'soon', which is not a duration{}.                      | Set B.delay to a number and a unit, for example 500ms, 20s or 5m.
                    ECHO_LISTENERS_PLAIN_BEHAVIOURS_STALLAFTER        | soon | B.stall-after is 'soon', which is not a data size or a duration{}. | Set B.stall-after to a number and a unit, for example 10KB or 5s.
                    ECHO_LISTENERS_PLAIN_BEHAVIOURS_STALL_AFTER       | true | B.stall-after is 'true', which is not a data size or a duration{}. | Set B.stall-after to a number and a unit, for example 10KB or 5s.
                    ECHO_LISTENERS_PLAIN_BEHAVIOURS_CLOSEAFTER_BYTES  | 0    | B.close-after.bytes is '0B', but must be 1B or more{}.               | Correct the value of B.close-after.bytes.
                    ECHO_LIMITS_IDLETIMEOUT                           | 300  | echo.limits.idle-timeout is '300', which has no unit{}.            | Set echo.limits.idle-timeout to a number and a unit, for example 500ms, 20s or 5m.
                    ECHO_LISTENERS_PLA_IN_PORT                        | 7    | The environment variable ECHO_LISTENERS_PLA_IN_PORT sets no property. | Write ECHO_LISTENERS_PLAIN_PORT for echo.listeners.plain.port.
                    ECHO_LIMITS_ALLOW_1                               | 10.0.0.0/8 | echo.limits.allow[1] is '10.0.0.0/8'{}, but an element before it is missing. | Number the elements of echo.limits.allow from 0, without a gap.
                    ECHO_LIMITS_CONECTIONS                            | 7    | The environment variable ECHO_LIMITS_CONECTIONS sets no property.  | Correct its name or remove it; the README and docs/behaviours.md list every property.
                    ECHO_LISTENERS_PLAIN_BEHAVIOURS_BEANS             | nope | B.beans has 'nope', but no bean of the type Behaviour has that name{}. | Remove the name, or add the bean.
                    """)
    void environmentThatCannotBeMeant(
            String variable, String value, String description, String action, CapturedOutput output) {
        assertStartFailsByVariable(output, variable, value, inFull(description), inFull(action));
    }

    /** Found by a bean that only the management port needs, which is made when the listeners are open. */
    @Test
    void healthGroupWithAMemberThatDoesNotExist(CapturedOutput output) {
        assertStartFails(
                output,
                "Health contributor 'disk' defined in 'management.endpoint.health.group.mine.include' does not exist",
                "Update your application to correct the invalid configuration.",
                "--management.endpoint.health.group.mine.include=disk");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
                    ECHO_LISTENERS_PORT | echo.listeners.port
                    ECHO_LIMITS         | echo.limits
                    ECHO_DRAIN          | echo.drain
                    """)
    void variableOfKubernetes(String variable, String property, CapturedOutput output) {
        assertStartFailsByVariable(
                output,
                variable,
                "tcp://10.0.0.1:80",
                "%s is 'tcp://10.0.0.1:80'{}, but it has properties and takes no value of its own.".formatted(property),
                "Set enableServiceLinks: false in the pod, because Kubernetes sets this variable for a Service, or rename the Service.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    echo.listeners.x         | echo.listeners.x.port
                    echo.listeners.plain.ssl | echo.listeners.plain.ssl.bundle
                    echo.limits              | echo.limits.connections
                    echo.drain               | echo.drain.timeout
                    """)
    void valueWhereThereAreProperties(String property, String example, CapturedOutput output) {
        assertStartFails(
                output,
                "%s is '7' (\"%s\" from property source \"commandLineArgs\"), but it has properties and takes no value of its own."
                        .formatted(property, property),
                "Remove it, or set a property of it, for example %s.".formatted(example),
                "--%s=7".formatted(property));
    }

    private static void assertStartFails(CapturedOutput output, String description, String action, String... args) {
        assertStartFailsExactly(
                output,
                description,
                action,
                Stream.concat(Stream.of("--server.port=0"), Stream.of(args)).toArray(String[]::new));
    }

    private static void assertStartFailsExactly(
            CapturedOutput output, String description, String action, String... args) {
        assertThat(catchThrowable(() -> application().run(args).close())).isNotNull();
        assertThat(output)
                .contains("Description:\n\n" + description + "\n")
                .contains("\nAction:\n\n" + action + "\n")
                .doesNotContain("\tat ")
                .doesNotContain("WARN");
    }

    private static void assertStartFailsByVariable(
            CapturedOutput output, String variable, String value, String description, String action) {
        SpringApplication application = application();
        application.addInitializers(context -> context.getEnvironment()
                .getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, Map.of(variable, value))));
        assertThat(catchThrowable(() -> application.run("--server.port=0").close()))
                .isNotNull();
        String origin = " (\"%s\" from property source \"systemEnvironment\")".formatted(variable);
        assertThat(output)
                .contains("Description:\n\n" + description.replace("{}", origin) + "\n")
                .contains("\nAction:\n\n" + action + "\n")
                .doesNotContain("\tat ")
                .doesNotContain("WARN");
    }

    private static SpringApplication application() {
        SpringApplication application = new SpringApplication(EchoApplication.class);
        application.setDefaultProperties(Map.of("echo.listeners.plain.port", "0"));
        return application;
    }

    private static void start(String... args) {
        // An argument, as application.yml is stronger than a default.
        application()
                .run(Stream.concat(Stream.of("--server.port=0"), Stream.of(args))
                        .toArray(String[]::new))
                .close();
    }
}
