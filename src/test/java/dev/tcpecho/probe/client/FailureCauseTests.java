package dev.tcpecho.probe.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.DecoderException;
import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which cause an exception tells of, as Java and each of Netty's transports word it. */
class FailureCauseTests {

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new ConnectException("Connection refused: localhost/127.0.0.1:1"), "refused"),
                Arguments.of(new ConnectException("finishConnect(..) failed: Connection refused: /[::1]:1"), "refused"),
                Arguments.of(new ConnectTimeoutException("connection timed out after 10 ms"), "timeout"),
                Arguments.of(new NoRouteToHostException("No route to host"), "unreachable"),
                Arguments.of(new IOException("connect(..) failed: Network is unreachable"), "unreachable"),
                Arguments.of(new IOException("recvAddress(..) failed: Connection reset by peer"), "reset"),
                Arguments.of(new IOException("Broken pipe"), "reset"),
                Arguments.of(new ClosedChannelException(), "closed"),
                Arguments.of(new SelfConnectedException(), "self"),
                Arguments.of(new SSLHandshakeException("no cipher"), "tls"),
                Arguments.of(new DecoderException(new SSLHandshakeException("no cipher")), "tls"),
                Arguments.of(new IOException("socket(..) failed: Too many open files"), "local"),
                Arguments.of(new ConnectException("Cannot assign requested address: /127.0.0.1:1"), "local"),
                Arguments.of(new ConnectException("Connection refused"), "refused"),
                Arguments.of(new ConnectException("Connection timed out"), "timeout"),
                Arguments.of(new SocketTimeoutException("Connect timed out"), "timeout"),
                Arguments.of(new SocketException("Connection reset"), "reset"),
                Arguments.of(new SocketException("Broken pipe"), "reset"),
                Arguments.of(new SSLException("failed", new SocketException("Connection reset")), "reset"),
                Arguments.of(new EOFException("end"), "closed"),
                Arguments.of(new SSLHandshakeException("certificate_required"), "tls"),
                Arguments.of(new MismatchException("byte 1"), "mismatch"),
                Arguments.of(new UnknownHostException("host"), "dns"),
                Arguments.of(new NoRouteToHostException("No route to host"), "unreachable"),
                Arguments.of(new SocketException("Network is unreachable"), "unreachable"),
                Arguments.of(new BindException("Cannot assign requested address"), "local"),
                Arguments.of(new SocketException("Too many open files"), "local"),
                Arguments.of(new NotConnectedException("the host has no IPv6 address", null), "dns"),
                Arguments.of(new IllegalStateException("whatever"), "other"),
                Arguments.of(new IllegalStateException(), "other"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void exceptionHasACause(Throwable failure, String cause) {
        assertThat(FailureCause.of(failure)).hasToString(cause);
        assertThat(FailureCause.of(new IOException("cannot connect", failure))).hasToString(cause);
        assertThat(FailureCause.of(failure).describe(failure)).isNotEmpty();
    }
}
