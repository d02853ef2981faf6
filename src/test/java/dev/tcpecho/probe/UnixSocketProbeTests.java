package dev.tcpecho.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.probe.cli.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The probe of a service on a Unix socket. */
@Timeout(60)
class UnixSocketProbeTests {

    private final StringWriter out = new StringWriter();

    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    private int run(String... arguments) {
        return Probe.run(new PrintWriter(this.out, true), new PrintWriter(this.err, true), arguments);
    }

    private ServerSocketChannel serve(Path path) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        Thread thread = new Thread(() -> accept(server));
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    private static void accept(ServerSocketChannel server) {
        try {
            while (true) {
                SocketChannel client = server.accept();
                Thread echo = new Thread(() -> echo(client));
                echo.setDaemon(true);
                echo.start();
            }
        } catch (IOException ex) {
            // The test is over.
        }
    }

    private static void echo(SocketChannel client) {
        try (client) {
            ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
            while (client.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    client.write(buffer);
                }
                buffer.clear();
            }
        } catch (IOException ex) {
            // The probe sees it.
        }
    }

    private Path socket() {
        return this.directory.resolve("s");
    }

    @Test
    void completeWhenEveryByteComesBack() throws IOException {
        try (ServerSocketChannel server = serve(socket())) {
            assertThat(run("unix:" + socket(), "--size", "8MB", "--count", "2")).isEqualTo(ExitCode.COMPLETE);
        }
        assertThat(this.out.toString())
                .startsWith("connected to unix:" + socket())
                .contains("16777216 bytes came back in order, and then a clean end");
    }

    @Test
    void watchAndLoadTakeAPathToo() throws IOException {
        try (ServerSocketChannel server = serve(socket())) {
            assertThat(run("watch", "unix:" + socket(), "--duration", "300ms")).isEqualTo(ExitCode.COMPLETE);
            assertThat(run("load", "unix:" + socket(), "--duration", "300ms", "--connections", "5"))
                    .isEqualTo(ExitCode.COMPLETE);
            assertThat(run("load", "unix:" + socket(), "--duration", "300ms", "--transport", "nio"))
                    .isEqualTo(ExitCode.BAD_USAGE);
        }
    }

    /** On Linux, a backlog of one lets two wait. */
    @Test
    void fullBacklogIsToldWhenTheTimeIsOver() throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket());
        try (ServerSocketChannel server =
                        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address, 1);
                SocketChannel first = SocketChannel.open(address);
                SocketChannel second = SocketChannel.open(address)) {
            assertThat(run("unix:" + socket(), "--timeout", "50ms")).isEqualTo(ExitCode.NOT_CONNECTED);
            assertThat(this.err.toString())
                    .isEqualTo("probe: cannot connect to unix:%s: the service accepts no more connections,"
                                    .formatted(socket())
                            + " and its backlog is full\n");
            assertThat(first.isConnected()).isEqualTo(second.isConnected());
        }
    }

    @Test
    void probeThatWaitsInAFullBacklogIsServedWhenThereIsRoom() throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket());
        try (ServerSocketChannel server =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address, 1)) {
            SocketChannel.open(address).close();
            SocketChannel.open(address).close();
            Thread acceptor = new Thread(() -> accept(server));
            acceptor.setDaemon(true);
            acceptor.start();
            assertThat(run("unix:" + socket())).isEqualTo(ExitCode.COMPLETE);
        }
    }

    @Test
    void staleSocketIsTold() throws IOException {
        serve(socket()).close();
        assertThat(run("unix:" + socket())).isEqualTo(ExitCode.NOT_CONNECTED);
        assertThat(this.err.toString())
                .isEqualTo("probe: cannot connect to unix:%s: nobody listens on that socket;".formatted(socket())
                        + " the service that made the file is gone\n");
    }

    @Test
    void missingFileIsTold() {
        assertThat(run("unix:" + socket())).isEqualTo(ExitCode.NOT_CONNECTED);
        assertThat(this.err.toString())
                .isEqualTo("probe: cannot connect to unix:%s: there is no such file\n".formatted(socket()));
    }

    @Test
    void fileThatIsNoSocketIsTold() throws IOException {
        Files.createFile(socket());
        assertThat(run("unix:" + socket())).isEqualTo(ExitCode.NOT_CONNECTED);
        assertThat(this.err.toString())
                .isEqualTo("probe: cannot connect to unix:%s: that file is no socket\n".formatted(socket()));
    }

    @Test
    void pathThatIsTooLongIsRefused() {
        String target = "unix:/" + "x".repeat(107);
        assertThat(run(target)).isEqualTo(ExitCode.BAD_USAGE);
        assertThat(this.err.toString())
                .contains("'%s' has a path of 108 bytes, but a Unix socket has at most 107".formatted(target));
    }
}
