package dev.tcpecho.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.tcpecho.probe.cli.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The probe of UDP services that do what services and networks do. */
@Timeout(60)
class UdpProbeTests {

    private final StringWriter out = new StringWriter();

    private final StringWriter err = new StringWriter();

    /** What a service does with a datagram. */
    private interface Service {

        void answer(DatagramSocket socket, int number, byte[] datagram, SocketAddress client) throws IOException;
    }

    private static DatagramSocket serve(String host, Service service) throws IOException {
        DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getByName(host), 0));
        Thread thread = new Thread(() -> {
            byte[] buffer = new byte[65_535];
            try {
                for (int number = 0; ; number++) {
                    DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                    socket.receive(packet);
                    service.answer(
                            socket, number, Arrays.copyOf(buffer, packet.getLength()), packet.getSocketAddress());
                }
            } catch (IOException ex) {
                // The test is over.
            }
        });
        thread.setDaemon(true);
        thread.start();
        return socket;
    }

    private static void send(DatagramSocket socket, byte[] bytes, SocketAddress client) throws IOException {
        socket.send(new DatagramPacket(bytes, bytes.length, client));
    }

    private int probe(Service service, String... options) throws IOException {
        try (DatagramSocket socket = serve("127.0.0.1", service)) {
            return run("udp://127.0.0.1:" + socket.getLocalPort(), options);
        }
    }

    private int run(String target, String... options) {
        String[] arguments = Arrays.copyOf(options, options.length + 1);
        arguments[options.length] = target;
        return Probe.run(new PrintWriter(this.out, true), new PrintWriter(this.err, true), arguments);
    }

    private static void echo(DatagramSocket socket, int number, byte[] datagram, SocketAddress client)
            throws IOException {
        send(socket, datagram, client);
    }

    @Test
    void completeWhenEveryDatagramComesBack() throws IOException {
        assertThat(probe(UdpProbeTests::echo, "--count", "5")).isEqualTo(ExitCode.COMPLETE);
        assertThat(this.out.toString()).matches("""
                        sending 5 datagrams of 512 bytes to udp://127\\.0\\.0\\.1:\\d+, one every 20ms
                        5 of 5 datagrams came back whole, once and in time, from 127\\.0\\.0\\.1:\\d+
                        sent 5, received 5, lost 0, late 0, .*, reordered 0
                        round trips of 512 bytes: 5, min [\\d.]+ ms, median [\\d.]+ ms, p99 [\\d.]+ ms, max [\\d.]+ ms
                        """);
        assertThat(this.err.toString()).isEmpty();
    }

    @Test
    void largestDatagramComesBackOverIpv6() throws IOException {
        try (DatagramSocket socket = serve("::1", UdpProbeTests::echo)) {
            assertThat(run("udp://[::1]:" + socket.getLocalPort(), "--size", "65000", "--count", "3"))
                    .isEqualTo(ExitCode.COMPLETE);
        }
    }

    @Test
    void tellsLostDatagrams() throws IOException {
        assertThat(probe(
                        (socket, number, datagram, client) -> {
                            if (number != 1) {
                                send(socket, datagram, client);
                            }
                        },
                        "--timeout",
                        "100ms",
                        "--count",
                        "4"))
                .isEqualTo(ExitCode.LOST);
        assertThat(this.err.toString())
                .isEqualTo("probe: 3 of 4 datagrams came back whole, once and in time: lost 1\n");
    }

    @Test
    void tellsDuplicates() throws IOException {
        assertThat(probe(
                        (socket, number, datagram, client) -> {
                            send(socket, datagram, client);
                            send(socket, datagram, client);
                        },
                        "--count",
                        "3"))
                .isEqualTo(ExitCode.LOST);
        assertThat(this.err.toString()).contains("3 of 3", "duplicates 3");
    }

    @Test
    void reorderedDatagramsAreToldAndNoFailure() throws IOException {
        byte[][] held = new byte[1][];
        assertThat(probe(
                        (socket, number, datagram, client) -> {
                            if (number == 0) {
                                held[0] = datagram;
                            } else {
                                send(socket, datagram, client);
                            }
                            if (number == 1) {
                                send(socket, held[0], client);
                            }
                        },
                        "--count",
                        "3"))
                .isEqualTo(ExitCode.COMPLETE);
        assertThat(this.out.toString()).contains("reordered 1");
    }

    @ParameterizedTest
    @CsvSource({"42", "0", "7"})
    void tellsTheByteThatChanged(int index) throws IOException {
        assertThat(probe(
                        (socket, number, datagram, client) -> {
                            datagram[index] ^= (byte) ((number == 2) ? 1 : 0);
                            send(socket, datagram, client);
                        },
                        "--count",
                        "4"))
                .isEqualTo(ExitCode.LOST);
        assertThat(this.err.toString()).contains("3 of 4", "changed 1");
    }

    /** As fortio does. */
    @Test
    void tellsAnAnswerThatIsCut() throws IOException {
        assertThat(probe(
                        (socket, number, datagram, client) ->
                                send(socket, Arrays.copyOf(datagram, Math.min(datagram.length, 2048)), client),
                        "--size",
                        "4096",
                        "--count",
                        "2"))
                .isEqualTo(ExitCode.LOST);
        assertThat(this.err.toString())
                .endsWith("0 of 2 datagrams came back whole, once and in time: shorter 2; the answer to datagram 0,"
                        + " counted from 0, has 2048 bytes and not 4096\n");
    }

    /** As the echo of Istio does. */
    @Test
    void tellsAnAnswerThatHasMore() throws IOException {
        assertThat(probe(
                        (socket, number, datagram, client) -> {
                            byte[] longer = new byte[datagram.length + 20];
                            System.arraycopy(datagram, 0, longer, 20, datagram.length);
                            send(socket, longer, client);
                        },
                        "--count",
                        "2"))
                .isEqualTo(ExitCode.LOST);
        assertThat(this.err.toString()).contains("longer 2; the answer to datagram 0", "has 532 bytes and not 512");
    }

    @Test
    void tellsAnAnswerFromAnotherAddress() throws IOException {
        try (DatagramSocket other = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0))) {
            assertThat(probe((socket, number, datagram, client) -> send(other, datagram, client), "--count", "2"))
                    .isEqualTo(ExitCode.LOST);
        }
        assertThat(this.err.toString()).contains("from another address 2").doesNotContain("lost");
    }

    @Test
    void answerBehindTheTimeoutIsLateAndNotLost() throws IOException {
        byte[][] held = new byte[1][];
        assertThat(probe(
                        (socket, number, datagram, client) -> {
                            if (number == 0) {
                                held[0] = datagram;
                                return;
                            }
                            send(socket, datagram, client);
                            if (number == 3) {
                                send(socket, held[0], client);
                            }
                        },
                        "--count",
                        "4",
                        "--interval",
                        "100ms",
                        "--timeout",
                        "50ms"))
                .isEqualTo(ExitCode.LOST);
        assertThat(this.err.toString())
                .isEqualTo("probe: 3 of 4 datagrams came back whole, once and in time: late 1\n");
    }

    @Test
    void nobodyListensIsToldAtOnce() throws IOException {
        int port;
        try (DatagramSocket socket = new DatagramSocket(0)) {
            port = socket.getLocalPort();
        }
        assertThat(run("udp://127.0.0.1:" + port, "--timeout", "30s")).isEqualTo(ExitCode.NOT_CONNECTED);
        assertThat(this.err.toString())
                .contains("nobody listens on the port (ICMP port unreachable); the service may speak TCP alone");
    }

    @Test
    void silenceIsNobody() throws IOException {
        assertThat(probe((socket, number, datagram, client) -> {}, "--timeout", "50ms", "--count", "2"))
                .isEqualTo(ExitCode.NOT_CONNECTED);
        assertThat(this.err.toString())
                .contains(
                        "nothing came back within 50ms; the service may not allow this client (echo.limits.allow), a firewall");
    }

    @Test
    void sweepFindsTheLargestDatagramThatComesBack() throws IOException {
        assertThat(probe(
                        (socket, number, datagram, client) -> {
                            if (datagram.length <= 1472) {
                                send(socket, datagram, client);
                            }
                        },
                        "--sweep",
                        "--timeout",
                        "50ms",
                        "--size",
                        "2000",
                        "--interval",
                        "1ms",
                        "--output",
                        "ndjson"))
                .isEqualTo(ExitCode.COMPLETE);
        String end = lastEvent();
        assertThat(JsonPath.<Integer>read(end, "$.sweep.largestWhole")).isEqualTo(1472);
        assertThat(JsonPath.<Integer>read(end, "$.sweep.smallestNotWhole")).isEqualTo(1473);
    }

    @Test
    void eventsAreOfTheSchema() throws IOException {
        assertThat(probe(UdpProbeTests::echo, "--output", "ndjson", "--count", "2"))
                .isZero();
        assertThat(JsonPath.<Integer>read(lastEvent(), "$.datagrams.whole")).isEqualTo(2);
        assertThat(run("udp://no-such-host.invalid:1", "--output", "json")).isEqualTo(ExitCode.NOT_CONNECTED);
        lastEvent();
    }

    private String lastEvent() throws IOException {
        Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(Path.of("docs/probe.schema.json")));
        String[] lines = this.out.toString().split("\n");
        for (String line : lines) {
            assertThat(schema.validate(line, InputFormat.JSON)).isEmpty();
        }
        return lines[lines.length - 1];
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
                    --tls udp://h:1             | --tls is for connections, and UDP has none
                    --alpn h2 udp://h:1         | --alpn is for connections, and UDP has none
                    --proxy v2 udp://h:1        | --proxy is for connections, and UDP has none
                    --size 7 udp://h:1          | --size is 7, but must be from 8B to 65527B over UDP
                    --size 65508 udp://127.0.0.1:1 | --size is 65508, but must be from 8B to 65507B over UDP and IPv4
                    --sweep h:1                 | --sweep is for udp://HOST:PORT alone
                    --sweep --histogram x udp://h:1 | --histogram has the round trips of one size: leave it out beside --sweep
                    -4 unix:/x                  | -4 and -6 are for hosts, and unix:/x has no address
                    unix:                       | 'unix:' is not unix:PATH, for example unix:/run/echo.sock, or unix:@NAME for an abstract name
                    """)
    void refusesOptionsThatMakeNoSense(String arguments, String sentence) {
        assertThat(Probe.run(new PrintWriter(this.out, true), new PrintWriter(this.err, true), arguments.split(" ")))
                .isEqualTo(ExitCode.BAD_USAGE);
        assertThat(this.err.toString()).isEqualTo("probe: " + sentence + ". See probe --help.\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"watch", "load"})
    void refusesTheCommandsThatWantConnections(String command) {
        assertThat(run("udp://h:1", command)).isEqualTo(ExitCode.BAD_USAGE);
        assertThat(this.err.toString())
                .isEqualTo("probe %s: udp://h:1 is for the plain probe: use 'probe udp://h:1'. See probe %s --help.\n"
                        .formatted(command, command));
    }
}
