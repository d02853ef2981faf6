package dev.tcpecho.diagnostics;

import static dev.tcpecho.testing.TestListeners.listener;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.tcpecho.server.ListenerBindException;
import dev.tcpecho.transport.Transport;
import dev.tcpecho.transport.TransportUnavailableException;
import io.netty.channel.unix.Errors;
import java.io.IOException;
import java.net.BindException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.file.FileSystemException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.mock.env.MockEnvironment;

/** The failures that cannot be brought about on every machine; {@link StartFailureTests} has the others. */
class FailureAnalyzerTests {

    /** Netty's native errors need the native library, whichever test comes first. */
    @BeforeAll
    static void loadNativeLibrary() {
        assumeThat(Transport.EPOLL.unavailabilityCause()).isNull();
    }

    @ParameterizedTest
    @MethodSource
    void privilegedPort(IOException cause) {
        FailureAnalysis analysis = new ListenerBindFailureAnalyzer(new MockEnvironment())
                .analyze(new ListenerBindException("plain", listener("::", 80, 4096, false), null, cause));
        assertThat(analysis.getDescription())
                .isEqualTo("The listener 'plain' cannot open port 80 on '::':"
                        + " this process may not open a privileged port.");
        assertThat(analysis.getAction())
                .isEqualTo("Set echo.listeners.plain.port to 1024 or more,"
                        + " or grant the process the capability CAP_NET_BIND_SERVICE.");
    }

    static Stream<IOException> privilegedPort() {
        return Stream.of(new BindException("Permission denied"), Errors.newIOException("bind", -13));
    }

    @ParameterizedTest
    @MethodSource
    void noIpv6(Exception cause) {
        FailureAnalysis analysis = new ListenerBindFailureAnalyzer(new MockEnvironment())
                .analyze(new ListenerBindException("plain", listener("::1", 7, 4096, false), null, cause));
        assertThat(analysis.getDescription())
                .isEqualTo("The listener 'plain' cannot open port 7 on '::1': this host or this Java has no IPv6.");
        assertThat(analysis.getAction())
                .isEqualTo(
                        "Set echo.listeners.plain.address to an IPv4 address of this host, or to '0.0.0.0' for each of"
                                + " them; IPv6 may be off in the kernel (net.ipv6.conf.all.disable_ipv6) or by"
                                + " -Djava.net.preferIPv4Stack.");
    }

    static Stream<Exception> noIpv6() {
        return Stream.of(new UnsupportedAddressTypeException(), Errors.newIOException("bind", -97));
    }

    @Test
    void anythingElseIsQuoted() {
        FailureAnalysis analysis = new ListenerBindFailureAnalyzer(new MockEnvironment())
                .analyze(new ListenerBindException(
                        "plain", listener("::", 7, 4096, false), null, new IOException("Too many open files")));
        assertThat(analysis.getDescription())
                .isEqualTo("The listener 'plain' cannot open port 7 on '::': Too many open files.");
        assertThat(analysis.getAction()).isEqualTo("Check echo.listeners.plain.address and echo.listeners.plain.port.");
    }

    @Test
    void transportThatCannotBeUsed() {
        FailureAnalysis analysis = new TransportUnavailableFailureAnalyzer(new MockEnvironment())
                .analyze(new TransportUnavailableException(
                        Transport.IO_URING, new UnsupportedOperationException("the kernel forbids it\nand more")));
        assertThat(analysis.getDescription())
                .isEqualTo("echo.transport is 'io-uring', which cannot be used here: the kernel forbids it.");
        assertThat(analysis.getAction())
                .isEqualTo("Set echo.transport to 'auto', which takes the best that can be used,"
                        + " or to 'nio', which always can.");
    }

    /** Causes as Netty's loader gives them on a volume that is mounted with noexec, read-only, or full. */
    @ParameterizedTest
    @MethodSource
    void nativeLibraryThatCannotBeUnpackedNamesTheDirectory(Throwable cause, String reason) {
        FailureAnalysis analysis = new TransportUnavailableFailureAnalyzer(new MockEnvironment())
                .analyze(new TransportUnavailableException(Transport.EPOLL, cause));
        String directory = System.getProperty("java.io.tmpdir");
        assertThat(analysis.getDescription())
                .isEqualTo(
                        "echo.transport is 'epoll', whose native library Netty cannot unpack to %s and load: %s.",
                        directory, reason);
        assertThat(analysis.getAction())
                .isEqualTo(
                        "Let the service write and execute files in %s, name another directory with"
                                + " -Dio.netty.native.workdir=DIRECTORY before -jar, or set echo.transport to 'nio', which"
                                + " needs no native library.",
                        directory);
    }

    static Stream<Arguments> nativeLibraryThatCannotBeUnpackedNamesTheDirectory() {
        String library = "/tmp/libnetty_transport_native_epoll_x86_642444016592508216247.so";
        Throwable notExecutable =
                new UnsatisfiedLinkError("%1$s: %1$s: failed to map segment from shared object".formatted(library));
        notExecutable.addSuppressed(
                new UnsatisfiedLinkError("no netty_transport_native_epoll_x86_64 in java.library.path: /usr/lib"));
        notExecutable.addSuppressed(new UnsatisfiedLinkError(
                library + " exists but cannot be executed even when execute permissions set; check volume for"
                        + " \"noexec\" flag; use -Dio.netty.native.workdir=[path] to set native working directory"
                        + " separately."));
        return Stream.of(
                arguments(notExecutable, "files there cannot be executed, as on a volume mounted with noexec"),
                arguments(
                        notWritten(new FileSystemException(library, null, "Read-only file system")),
                        library + ": Read-only file system"),
                arguments(notWritten(new IOException("No space left on device")), "No space left on device"));
    }

    private static Throwable notWritten(IOException cause) {
        return new UnsatisfiedLinkError("could not load a native library: netty_transport_native_epoll_x86_64")
                .initCause(cause);
    }
}
