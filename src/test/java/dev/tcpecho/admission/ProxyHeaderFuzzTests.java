package dev.tcpecho.admission;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tcpecho.ConnectionLimit;
import dev.tcpecho.EchoProperties.Limits;
import dev.tcpecho.EchoProperties.ProxyProtocol;
import dev.tcpecho.address.AddressBlock;
import dev.tcpecho.address.ClientAddress;
import dev.tcpecho.metrics.ListenerMetrics;
import dev.tcpecho.testing.FuzzedConnection;
import dev.tcpecho.testing.FuzzedStream;
import dev.tcpecho.testing.NewCounts;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever comes where a PROXY protocol header may: all behind the header comes through, or nothing and a reason. */
class ProxyHeaderFuzzTests {

    private static final String SIGNATURE_2 = "\r\n\r\n\0\r\nQUIT\n";

    private static final String IPV4 = "cb007107" + "c6336401" + "dc0401bb";

    private static final String IPV6 =
            "20010db8000000000000000000000007" + "20010db8000000000000000000000001" + "dc0401bb";

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private final ListenerMetrics connections = new ListenerMetrics(this.registry, "fuzz");

    private final RejectionLog rejections = new RejectionLog("fuzz", this.connections);

    private final NewCounts closed = new NewCounts(this.registry, "echo.connections.closed", "reason");

    private final NewCounts rejected = new NewCounts(this.registry, "echo.connections.rejected", "reason");

    /** One place for an address: who does not give it back is rejected the next time. */
    private final Admission admission = new Admission(new Limits(
            ConnectionLimit.valueOf(1),
            1,
            100_000,
            1000,
            Duration.ZERO,
            Duration.ZERO,
            List.of(),
            List.of(AddressBlock.valueOf("192.0.2.0/24"))));

    static Stream<byte[]> seeds() {
        Stream<String> version1 = Stream.of(
                        "PROXY UNKNOWN\r\n",
                        "PROXY TCP4 203.0.113.7 198.51.100.1 56324 443\r\n",
                        "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n",
                        "PROXY TCP6 2001:db8::7 2001:db8::1 56324 443\r\n",
                        "PROXY TCP4 203.0.113.7 " + "0".repeat(100))
                .map(header -> header + "hello");
        Stream<String> version2 = Stream.of(
                        "20" + "00" + "0000",
                        "21" + "00" + "0002" + "0000",
                        "21" + "11" + "000c" + IPV4,
                        "21" + "11" + "0013" + IPV4 + "04" + "0004" + "00000000",
                        "21" + "11" + "0022" + IPV4 + "02" + "0001" + "61" + "20" + "000f" + "0100000000" + "21"
                                + "0007" + "544c5376312e33",
                        "21" + "21" + "0024" + IPV6,
                        "21" + "31" + "00d8" + "2f61".repeat(108),
                        "21" + "11" + "ffff" + IPV4 + "00".repeat(4400))
                .map(header -> SIGNATURE_2 + text(HexFormat.of().parseHex(header)) + "hello");
        return Stream.concat(version1, version2)
                .map(stream -> stream.getBytes(StandardCharsets.ISO_8859_1))
                .flatMap(FuzzedStream::seeds);
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "", maxExecutions = 400_000)
    void whereAHeaderIsRequired(byte[] input) {
        FuzzedStream stream = new FuzzedStream(input);
        Result whole = send(ProxyProtocol.REQUIRED, stream, List.of(stream.bytes()));
        assertThat(send(ProxyProtocol.REQUIRED, stream, stream.chunks())).isEqualTo(whole);
        String behind = whole.rejections.isEmpty() ? behindHeader(text(stream.bytes())) : "";
        assertThat(whole.passed).isEqualTo(behind);
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "", maxExecutions = 400_000)
    void whereAHeaderIsOptional(byte[] input) {
        FuzzedStream stream = new FuzzedStream(input);
        List<byte[]> chunks = stream.chunks();
        Result result = send(ProxyProtocol.OPTIONAL, stream, chunks);
        if (chunks.isEmpty()) {
            assertThat(result.rejections).isEmpty();
        } else if (beginsWithSignature(text(chunks.get(0)))) {
            assertThat(result).isEqualTo(send(ProxyProtocol.REQUIRED, stream, chunks));
        } else {
            assertThat(result.passed).isEqualTo(text(stream.bytes()));
            assertPassesAtOnce(chunks.get(0));
        }
    }

    private Result send(ProxyProtocol protocol, FuzzedStream stream, List<byte[]> chunks) {
        Result result;
        try (FuzzedConnection connection = connect(protocol)) {
            connection.send(stream, chunks);
            result = new Result(
                    this.rejected.look(),
                    ClientAddress.of(connection.channel()),
                    text(connection.passed()),
                    connection.events());
            boolean accepted = result.rejections.isEmpty();
            int probes = this.closed.look().size();
            assertThat(connection.activations() + result.rejections.size() + probes)
                    .as("accepted, rejected or a probe, and once")
                    .isOne();
            assertThat(connection.channel().isOpen()).isEqualTo(accepted && !stream.endsInReset());
        }
        assertThat(this.rejected.look()).isEmpty();
        return result;
    }

    private void assertPassesAtOnce(byte[] chunk) {
        try (FuzzedConnection connection = connect(ProxyProtocol.OPTIONAL)) {
            connection.send(chunk);
            assertThat(connection.passed()).isEqualTo(chunk);
        }
    }

    private FuzzedConnection connect(ProxyProtocol protocol) {
        return new FuzzedConnection(new ProxyHeader(protocol, this.admission, this.rejections, this.connections));
    }

    private static boolean beginsWithSignature(String text) {
        return text.startsWith(SIGNATURE_2) || text.matches("(?s)PROXY (TCP4 |TCP6 |UNKNOWN).*");
    }

    /** A header of version 2 tells its length, and one of version 1 ends with its line. */
    private static String behindHeader(String text) {
        if (text.startsWith(SIGNATURE_2)) {
            return text.substring(16 + (text.charAt(14) << 8) + text.charAt(15));
        }
        assertThat(text).startsWith("PROXY ").contains("\r\n");
        return text.substring(text.indexOf("\r\n") + 2);
    }

    /** A character for each byte. */
    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** What became of a connection. */
    private record Result(List<String> rejections, InetAddress client, String passed, List<Object> events) {}
}
