package dev.tcpecho.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every legal header is taken and nothing behind it, and each fault has its name. */
class ProxyHeaderDecoderTests {

    private static final String SIGNATURE_2 = "0d0a0d0a000d0a515549540a";

    private static final String IPV4 = "c0000207" + "c6336401" + "dc0401bb";

    private static final String IPV6 =
            "20010db8000000000000000000000007" + "20010db8000000000000000000000001" + "dc0401bb";

    /** Hexadecimal, as it is easier to read in version 2. */
    private static final Map<String, String> CLIENTS = Map.ofEntries(
            line("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443", "192.0.2.7:56324"),
            line("PROXY TCP4 192.0.2.7 198.51.100.1 0 443", "192.0.2.7:0"),
            line("PROXY TCP4 192.0.2.7 198.51.100.1 0 0", "192.0.2.7:0"),
            line("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535", "255.255.255.255:65535"),
            line("PROXY TCP6 2001:db8::7 2001:db8::1 56324 443", "[2001:db8::7]:56324"),
            line("PROXY TCP6 2001:db8::7 2001:db8::1 0 0", "[2001:db8::7]:0"),
            line("PROXY TCP6 ::ffff:192.0.2.7 ::ffff:198.51.100.1 1 2", "192.0.2.7:1"),
            line("PROXY UNKNOWN", "none"),
            line("PROXY UNKNOWN " + "f".repeat(107 - 16), "none"),
            Map.entry(SIGNATURE_2 + "20" + "00" + "0000", "none"),
            Map.entry(SIGNATURE_2 + "20" + "11" + "000c" + IPV4, "none"),
            Map.entry(SIGNATURE_2 + "20" + "ff" + "0000", "none"),
            Map.entry(SIGNATURE_2 + "21" + "00" + "0002" + "0000", "none"),
            Map.entry(SIGNATURE_2 + "21" + "31" + "00d8" + "2f61".repeat(108), "none"),
            Map.entry(SIGNATURE_2 + "21" + "11" + "000c" + IPV4, "192.0.2.7:56324"),
            Map.entry(SIGNATURE_2 + "21" + "12" + "000c" + IPV4, "192.0.2.7:56324"),
            Map.entry(SIGNATURE_2 + "21" + "11" + "000c" + "c0000207" + "c6336401" + "00000000", "192.0.2.7:0"),
            Map.entry(SIGNATURE_2 + "21" + "21" + "0024" + IPV6, "[2001:db8::7]:56324"),
            Map.entry(SIGNATURE_2 + "21" + "11" + "0013" + IPV4 + "04" + "0004" + "00000000", "192.0.2.7:56324"),
            Map.entry(SIGNATURE_2 + "21" + "11" + "1f4c" + IPV4 + "e0" + "1f3d" + "00".repeat(7997), "192.0.2.7:56324"),
            Map.entry(SIGNATURE_2 + "21" + "21" + "ffff" + IPV6 + "00".repeat(65_535 - 36), "[2001:db8::7]:56324"),
            Map.entry(SIGNATURE_2 + "20" + "00" + "ffff" + "00".repeat(65_535), "none"));

    private static Map.Entry<String, String> line(String line, String client) {
        return Map.entry(HexFormat.of().formatHex((line + "\r\n").getBytes(StandardCharsets.US_ASCII)), client);
    }

    @Test
    void takesEveryLegalHeaderInPiecesOfAnySize() throws Exception {
        for (Map.Entry<String, String> header : CLIENTS.entrySet()) {
            byte[] bytes = HexFormat.of().parseHex(header.getKey());
            for (int piece : new int[] {1, 13, 1000, bytes.length}) {
                ProxyHeaderDecoder decoder = new ProxyHeaderDecoder();
                ByteBuf stream = Unpooled.copiedBuffer(bytes, new byte[] {1, 2, 3});
                boolean whole = false;
                while (!whole) {
                    ByteBuf next = stream.readSlice(Math.min(piece, stream.readableBytes()));
                    whole = decoder.decode(next);
                    stream.readerIndex(stream.readerIndex() - next.readableBytes());
                }
                assertThat(stream.readableBytes()).as(header.getValue()).isEqualTo(3);
                assertThat(decoder.source().map(NetUtil::toSocketAddressString).orElse("none"))
                        .isEqualTo(header.getValue());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET / HTTP/1.1, OTHER_BYTES",
        "PROXYTCP4, OTHER_BYTES",
        "PROXY TCP5 192.0.2.7 198.51.100.1 1 2, PROTOCOL",
        "PROXY, INCOMPLETE",
        "'PROXY ', PROTOCOL",
        "PROXY  TCP4, PROTOCOL",
        "PROXY TCP4 192.0.2.7 198.51.100.1, FIELDS",
        "PROXY TCP4 192.0.2.7 198.51.100.1 1 2 3, FIELDS",
        "PROXY TCP4 300.0.2.7 198.51.100.1 1 2, SOURCE_ADDRESS",
        "PROXY TCP4 host.example 198.51.100.1 1 2, SOURCE_ADDRESS",
        "PROXY TCP6 2001:db8::1%eth0 2001:db8::1 1 2, SOURCE_ADDRESS",
        "PROXY TCP6 ::ffff:192.0.2.7%1 2001:db8::1 1 2, SOURCE_ADDRESS",
        "PROXY TCP4 192.0.2.7 nowhere 1 2, DESTINATION_ADDRESS",
        "PROXY TCP6 2001:db8::7 127.0.0.1 1 2, ADDRESS_FAMILY",
        "PROXY TCP4 2001:db8::7 127.0.0.1 1 2, ADDRESS_FAMILY",
        "PROXY TCP4 192.0.2.7 198.51.100.1 65536 2, SOURCE_PORT",
        "PROXY TCP4 192.0.2.7 198.51.100.1 -1 2, SOURCE_PORT",
        "PROXY TCP4 192.0.2.7 198.51.100.1 one 2, SOURCE_PORT",
        "PROXY TCP4 192.0.2.7 198.51.100.1 1 99999, DESTINATION_PORT"
    })
    void namesTheFaultOfALine(String line, ProxyHeaderFault fault) {
        assertFault(fault, line.equals("PROXY") ? line : line + "\r\n");
    }

    @Test
    void namesALineThatIsTooLong() {
        assertFault(ProxyHeaderFault.INCOMPLETE, "PROXY UNKNOWN" + " ".repeat(93));
        assertFault(ProxyHeaderFault.LINE_LENGTH, "PROXY UNKNOWN" + " ".repeat(94));
        assertFault(ProxyHeaderFault.NO_BYTE, "");
    }

    @ParameterizedTest
    @CsvSource({
        "31110000, VERSION",
        "11110000, VERSION",
        "ff110000, VERSION",
        "22110000, COMMAND",
        "2f110000, COMMAND",
        "21ff0000, PROTOCOL",
        "21100000, PROTOCOL",
        "21010000, PROTOCOL",
        "21130000, PROTOCOL",
        "21410000, PROTOCOL",
        "2111000b, ADDRESS_LENGTH",
        "21210023, ADDRESS_LENGTH",
        "213100d7, ADDRESS_LENGTH",
        "211100, INCOMPLETE",
        "2111000c, INCOMPLETE",
        "2100ffff, INCOMPLETE"
    })
    void namesTheFaultOfABinaryHeader(String afterSignature, ProxyHeaderFault fault) {
        assertFault(fault, text(HexFormat.of().parseHex(SIGNATURE_2 + afterSignature)));
        assertFault(ProxyHeaderFault.OTHER_BYTES, text(HexFormat.of().parseHex("0d0a0d0a000d0a515549542a")));
    }

    private static void assertFault(ProxyHeaderFault fault, String stream) {
        ProxyHeaderDecoder decoder = new ProxyHeaderDecoder();
        assertThat(fault(decoder, stream)).as(stream).isEqualTo(fault);
    }

    private static ProxyHeaderFault fault(ProxyHeaderDecoder decoder, String stream) {
        try {
            assertThat(decoder.decode(Unpooled.copiedBuffer(stream, StandardCharsets.ISO_8859_1)))
                    .as(stream)
                    .isFalse();
            return decoder.faultAtEnd();
        } catch (BadProxyHeaderException ex) {
            return ex.fault();
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** A few bytes are changed at random, the same ones each time. Netty takes addresses with a scope (%), too. */
    @Test
    void takesWhatNettysDecoderTakesAndNamesTheSameClient() {
        List<byte[]> headers = CLIENTS.keySet().stream()
                .sorted()
                .map(HexFormat.of()::parseHex)
                .filter(header -> header.length < 1000)
                .toList();
        Random random = new Random(1);
        int taken = 0;
        for (int i = 0; i < 3_000; i++) {
            byte[] header = headers.get(i % headers.size()).clone();
            for (int change = random.nextInt(3); change > 0; change--) {
                header[random.nextInt(header.length)] = randomByte(random);
            }
            Optional<String> theirs = nettysClient(header);
            if (theirs.isPresent()) {
                taken++;
                assertThat(client(header)).as(text(header)).isEqualTo(theirs);
            }
        }
        assertThat(taken).isGreaterThan(1_000);
    }

    private static byte randomByte(Random random) {
        String likely = "0123456789abcdef:. \r\n";
        return (byte) (random.nextBoolean() ? likely.charAt(random.nextInt(likely.length())) : random.nextInt(256));
    }

    private static Optional<String> client(byte[] header) {
        ProxyHeaderDecoder decoder = new ProxyHeaderDecoder();
        try {
            return decoder.decode(Unpooled.wrappedBuffer(header))
                    ? Optional.of(
                            decoder.source().map(InetSocketAddress::toString).orElse("none"))
                    : Optional.empty();
        } catch (BadProxyHeaderException ex) {
            return Optional.empty();
        }
    }

    private static Optional<String> nettysClient(byte[] header) {
        EmbeddedChannel channel = new EmbeddedChannel(new HAProxyMessageDecoder());
        try {
            channel.writeInbound(Unpooled.wrappedBuffer(header));
        } catch (DecoderException ex) {
            return Optional.empty();
        }
        if (!(channel.readInbound() instanceof HAProxyMessage message)) {
            return Optional.empty();
        }
        Optional<String> client = client(message);
        boolean scope = text(header).contains("%");
        return scope ? Optional.empty() : client;
    }

    private static Optional<String> client(HAProxyMessage message) {
        String source = message.sourceAddress();
        try {
            return Optional.of(
                    switch (message.proxiedProtocol().addressFamily()) {
                        case AF_UNSPEC, AF_UNIX -> "none";
                        case AF_IPv4, AF_IPv6 ->
                            new InetSocketAddress(
                                            NetUtil.createInetAddressFromIpAddressString(source), message.sourcePort())
                                    .toString();
                    });
        } finally {
            message.release();
        }
    }
}
