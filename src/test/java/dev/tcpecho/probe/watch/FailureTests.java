package dev.tcpecho.probe.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailureTests {

    @ParameterizedTest
    @MethodSource
    void causeIsOfTheClosedList(Exception failure, Cause cause) {
        assertThat(Failure.of(new IOException("cannot connect", failure)).cause())
                .isEqualTo(cause);
    }

    static Stream<Arguments> causeIsOfTheClosedList() {
        return Stream.of(
                Arguments.of(new ConnectException("Connection refused"), Cause.REFUSED),
                Arguments.of(new ConnectException("Connection timed out"), Cause.TIMEOUT),
                Arguments.of(new SocketTimeoutException("Connect timed out"), Cause.TIMEOUT),
                Arguments.of(new SocketException("Connection reset"), Cause.RESET),
                Arguments.of(new SocketException("Broken pipe"), Cause.RESET),
                Arguments.of(new SSLException("failed", new SocketException("Connection reset")), Cause.RESET),
                Arguments.of(new EOFException("end"), Cause.CLOSED),
                Arguments.of(new SSLHandshakeException("certificate_required"), Cause.TLS),
                Arguments.of(new MismatchException("byte 1"), Cause.MISMATCH),
                Arguments.of(new UnknownHostException("host"), Cause.DNS),
                Arguments.of(new NoRouteToHostException("No route to host"), Cause.UNREACHABLE),
                Arguments.of(new SocketException("Network is unreachable"), Cause.UNREACHABLE),
                Arguments.of(new BindException("Cannot assign requested address"), Cause.LOCAL),
                Arguments.of(new SocketException("Too many open files"), Cause.LOCAL),
                Arguments.of(new IOException("else"), Cause.OTHER));
    }
}
