package dev.tcpecho.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tcpecho.EchoApplication;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What a user reads when a Unix socket stops the start, and that nothing at its path is touched then. */
@ExtendWith(OutputCaptureExtension.class)
class UnixSocketFailureTests {

    private static final String LOCAL = "echo.listeners.local.";

    @TempDir
    private Path directory;

    private Path path() {
        return this.directory.resolve("echo.sock");
    }

    private static void assertFails(CapturedOutput output, String description, String... properties) {
        Throwable failure = catchThrowable(() -> new SpringApplication(EchoApplication.class)
                .run(Stream.concat(Stream.of("server.port=0"), Stream.of(properties))
                        .map(property -> "--" + property)
                        .toArray(String[]::new))
                .close());
        assertThat(failure).isNotNull();
        assertThat(output).contains(description).doesNotContain("\tat ");
    }

    private void assertCannotListen(CapturedOutput output, String reason, String... more) {
        assertFails(
                output,
                "The listener 'local' cannot listen on '%s': %s".formatted(path(), reason),
                Stream.concat(Stream.of(LOCAL + "path=" + path()), Stream.of(more))
                        .toArray(String[]::new));
    }

    private ServerSocketChannel listenAt(Path path) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void aProcessListensThere(String transport, CapturedOutput output) throws Exception {
        try (ServerSocketChannel live = listenAt(path())) {
            assertCannotListen(output, "a process listens on it", "echo.transport=" + transport);
            assertThat(live.isOpen()).isTrue();
            assertThat(path()).exists();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void aRegularFileIsThere(String transport, CapturedOutput output) throws Exception {
        Files.writeString(path(), "kept");
        assertCannotListen(output, "a regular file is there", "echo.transport=" + transport);
        assertThat(path()).hasContent("kept");
    }

    @Test
    void aDirectoryIsThere(CapturedOutput output) throws Exception {
        Files.createDirectory(path());
        assertCannotListen(output, "a directory is there");
    }

    @Test
    void aLinkToASocketThatNobodyListensOnIsThere(CapturedOutput output) throws Exception {
        listenAt(this.directory.resolve("other")).close();
        Files.createSymbolicLink(path(), this.directory.resolve("other"));
        assertCannotListen(output, "a symbolic link is there");
        assertThat(path()).isSymbolicLink();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nobodys-group", "-1", "-5"})
    void thereIsNoSuchGroup(String group, CapturedOutput output) {
        assertCannotListen(output, "there is no group '%s'".formatted(group), LOCAL + "group=" + group);
        assertThat(this.directory).isEmptyDirectory();
    }

    @Test
    void theGroupAndNotThePathIsNamedAsTheSource(CapturedOutput output) {
        assertFails(
                output,
                "(\"echo.listeners.local.group\" from property source \"commandLineArgs\")",
                LOCAL + "path=" + path(),
                LOCAL + "group=nobodys-group");
    }

    @Test
    void noFileCanBeMadeInTheDirectory(CapturedOutput output) {
        assertFails(
                output,
                "cannot listen on '/proc/echo.sock': no file can be made in the directory '/proc'",
                LOCAL + "path=/proc/echo.sock");
    }

    @Test
    void nioHasNoAbstractNames(CapturedOutput output) {
        assertFails(
                output,
                "The listener 'local' cannot listen on '@echo': the transport nio has no abstract names",
                LOCAL + "path=@echo",
                "echo.transport=nio");
    }

    @Test
    void theDirectoryDoesNotExist(CapturedOutput output) {
        assertFails(
                output,
                "The listener 'local' cannot listen on '/nowhere/echo.sock': the directory '/nowhere' does not exist",
                LOCAL + "path=/nowhere/echo.sock");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    path=echo.sock                   | path is 'echo.sock', which is no absolute path of a file
                    path=@                           | path is '@', which has no name behind the @
                    path=/a;port=7777                | port is '7777', which means nothing beside the path '/a'
                    path=/a;reuse-port=true          | reuse-port is 'true', which means nothing beside the path '/a'
                    path=/a;protocol=udp             | protocol is 'udp', which means nothing beside the path '/a'
                    path=/a;proxy-protocol=required  | proxy-protocol is 'required', which means nothing beside the path '/a'
                    path=@a;permissions=rwxrwxrwx    | permissions is 'rwxrwxrwx', which means nothing beside the abstract name '@a'
                    group=wheel                      | group is 'wheel', which means nothing without a path
                    path=/a;permissions=r-xr-xr-x    | permissions is 'r-xr-xr-x', with which nobody but the superuser can connect
                    path=/a;permissions=660          | must be nine characters, for example rw-rw----
                    """)
    void propertiesThatDoNotFitTogether(String properties, String description, CapturedOutput output) {
        assertFails(
                output,
                description,
                Stream.of(properties.split(";", -1)).map(LOCAL::concat).toArray(String[]::new));
    }

    @Test
    void aPathThatIsTooLong(CapturedOutput output) {
        String path = "/" + "a".repeat(101);
        assertFails(
                output, "of 102 bytes, but the path of a listener's Unix socket may have 101", LOCAL + "path=" + path);
    }

    @Test
    void twoListenersWithTheSamePath(CapturedOutput output) {
        assertFails(
                output,
                "The listeners 'local' and 'other' are both to listen on '/a/b'",
                LOCAL + "path=/a/b",
                "echo.listeners.other.path=/a//b");
    }
}
