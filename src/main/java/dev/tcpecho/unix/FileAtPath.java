package dev.tcpecho.unix;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is where a Unix socket is to be: it may be removed only if it is a socket on which nobody listens.
 *
 * @param path where it is
 */
record FileAtPath(Path path) {

    private static final int FILE_TYPE = 0170000;

    private static final int SOCKET = 0140000;

    /** Returns what is at a path, links not followed; empty for nothing. */
    static Optional<FileAtPath> at(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS) ? Optional.of(new FileAtPath(path)) : Optional.empty();
    }

    /** Returns what tells a file from any other; {@code null} where the file system has nothing like that. */
    static @Nullable Object key(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    void requireStale() throws IOException, UnixSocketException {
        if (((int) Files.getAttribute(this.path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & FILE_TYPE) != SOCKET) {
            throw new UnixSocketException(
                    "%s is there".formatted(kind()), "Move it away, or set {}.path to another path.");
        }
        try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            // A server whose backlog is full lets others wait.
            client.configureBlocking(false);
            client.connect(UnixDomainSocketAddress.of(this.path));
        } catch (ConnectException ex) {
            return;
        } catch (IOException ex) {
            throw new UnixSocketException(
                    "a socket is there, and whether a process listens on it cannot be told: %s"
                            .formatted(UnixSocketException.reason(ex)),
                    "Remove it if no process needs it, or set {}.path to another path.");
        }
        throw new UnixSocketException(
                "a process listens on it", "Stop that process ('ss -xlp' shows it), or set {}.path to another path.");
    }

    private String kind() {
        if (Files.isSymbolicLink(this.path)) {
            return "a symbolic link";
        }
        if (Files.isDirectory(this.path)) {
            return "a directory";
        }
        return Files.isRegularFile(this.path) ? "a regular file" : "a file that is no socket";
    }

    /**
     * Removes it by way of a place that no other process knows. Another process may have opened a socket at the path
     * meanwhile, and gets that back.
     */
    void removeBy(Path hidden) throws IOException, UnixSocketException {
        try {
            Files.move(this.path, hidden);
        } catch (NoSuchFileException ex) {
            return;
        } catch (IOException ex) {
            throw new UnixSocketException(
                    "a socket on which nobody listens is there, and this process may not remove it",
                    "Remove it, or set {}.path to another path.");
        }
        try {
            new FileAtPath(hidden).requireStale();
        } catch (IOException | UnixSocketException ex) {
            Files.move(hidden, this.path);
            throw ex;
        }
        Files.delete(hidden);
    }
}
