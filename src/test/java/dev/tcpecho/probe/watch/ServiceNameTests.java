package dev.tcpecho.probe.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tcpecho.probe.client.MismatchException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceNameTests {

    private static InputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"namespace":"a","pod":"web-1","hostname":"h"} | web-1
                    {"hostname":"h","isTLS":true,"tls":{"version":"TLSv1.3"}} | h
                    {"port":1} | {"port":1}
                    {"pod": | {"pod":
                    welcome to h | welcome to h
                    \u001b[31mred | [31mred
                    """)
    void nameIsThePodOrTheHostOrTheLine(String line, String name) throws IOException {
        InputStream in = bytes(line + "\nrest");
        assertThat(ServiceName.read(in)).isEqualTo(name);
        assertThat(in.readAllBytes()).asString(StandardCharsets.UTF_8).isEqualTo("rest");
    }

    @Test
    void lineIsBounded() {
        assertThatExceptionOfType(MismatchException.class)
                .isThrownBy(() -> ServiceName.read(bytes("x".repeat(5000))))
                .withMessage("the first 4096 bytes of the service have no end of a line: leave out --greeting");
        assertThatExceptionOfType(EOFException.class).isThrownBy(() -> ServiceName.read(bytes("x")));
    }

    @Test
    void nameIsBounded() throws IOException {
        assertThat(ServiceName.read(bytes("x".repeat(4000) + "\n"))).hasSize(253);
    }
}
