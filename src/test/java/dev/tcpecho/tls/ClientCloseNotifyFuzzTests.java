package dev.tcpecho.tls;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tcpecho.testing.FuzzedConnection;
import dev.tcpecho.testing.FuzzedStream;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the records and the chunks: all before an encrypted alert comes through, and nothing from there on. */
class ClientCloseNotifyFuzzTests {

    static Stream<byte[]> seeds() {
        String handshake = "16" + "0303" + "0003" + "010203";
        String changeCipherSpec = "14" + "0303" + "0001" + "01";
        String data = "17" + "0303" + "0002" + "1515";
        String alert = "15" + "0303" + "0002" + "0100";
        return Stream.of(
                        handshake + changeCipherSpec + data + alert,
                        handshake + alert + data,
                        changeCipherSpec + "17" + "0303" + "0000" + alert + data + alert,
                        changeCipherSpec + "17" + "0303" + "0120" + "15".repeat(0x120) + alert)
                .map(HexFormat.of()::parseHex)
                .flatMap(FuzzedStream::seeds);
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "", maxExecutions = 500_000)
    void passesAllBeforeAnEncryptedAlert(byte[] input) {
        FuzzedStream stream = new FuzzedStream(input);
        int end = encryptedAlert(stream.bytes());
        List<Object> events = new ArrayList<>();
        if (end < stream.bytes().length) {
            events.add(SslCloseCompletionEvent.SUCCESS);
        }
        if (!stream.endsInReset()) {
            events.add(ChannelInputShutdownEvent.INSTANCE);
        }
        try (FuzzedConnection connection = new FuzzedConnection(new ClientCloseNotify())) {
            connection.send(stream, stream.chunks());
            assertThat(connection.passed()).isEqualTo(Arrays.copyOf(stream.bytes(), end));
            assertThat(connection.events()).isEqualTo(events);
        }
    }

    /** Returns where the first alert behind a change of cipher begins, or the length of the stream. */
    private static int encryptedAlert(byte[] stream) {
        boolean encrypted = false;
        int record = 0;
        while (record < stream.length && !(encrypted && stream[record] == 21)) {
            encrypted |= (stream[record] == 20);
            int length = (record + 5 <= stream.length)
                    ? Byte.toUnsignedInt(stream[record + 3]) << 8 | Byte.toUnsignedInt(stream[record + 4])
                    : 0;
            record += 5 + length;
        }
        return Math.min(record, stream.length);
    }
}
