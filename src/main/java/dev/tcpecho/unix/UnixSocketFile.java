package dev.tcpecho.unix;

import dev.tcpecho.EchoProperties.Listener;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.netty.DisposableServer;

/**
 * The file of a Unix socket. It is made in a {@link PrivateDirectory} beside its path, where it gets its group and its
 * permissions, and then appears at its path in one step: nobody can connect before, whatever the umask of the process.
 */
final class UnixSocketFile {

    private static final Log logger = LogFactory.getLog(UnixSocketFile.class);

    private final Listener listener;

    private @Nullable Object key;

    UnixSocketFile(Listener listener) {
        this.listener = listener;
    }

    /** Opens a server on the path, where there may be the socket of a process that was killed, and nothing else. */
    DisposableServer create(Function<Path, DisposableServer> bind) throws IOException, UnixSocketException {
        Path path = Path.of(this.listener.path());
        Optional<FileAtPath> stale = FileAtPath.at(path);
        if (stale.isPresent()) {
            stale.get().requireStale();
        }
        try (PrivateDirectory directory = PrivateDirectory.beside(path)) {
            Path hidden = directory.resolve(path);
            if (stale.isPresent()) {
                stale.get().removeBy(hidden);
            }
            DisposableServer server = bind.apply(hidden);
            try {
                setGroup(hidden);
                Files.setPosixFilePermissions(hidden, PosixFilePermissions.fromString(this.listener.permissions()));
                this.key = FileAtPath.key(hidden);
                // Fails if another process was faster, where a rename would replace what that has put there.
                Files.createLink(path, hidden);
            } catch (FileAlreadyExistsException ex) {
                server.disposeNow();
                throw new UnixSocketException(
                        "another process has just put something there",
                        "Set {}.path to a path of this listener alone.");
            } catch (IOException | UnixSocketException | RuntimeException ex) {
                server.disposeNow();
                throw ex;
            }
            return server;
        }
    }

    private void setGroup(Path socket) throws IOException, UnixSocketException {
        String group = this.listener.group();
        if (group.isEmpty()) {
            return;
        }
        try {
            if (group.startsWith("-")) {
                // Java takes any number for a group: -1 changes nothing, and -5 is 4294967291.
                throw new UserPrincipalNotFoundException(group);
            }
            Files.getFileAttributeView(socket, PosixFileAttributeView.class)
                    .setGroup(socket.getFileSystem()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByGroupName(group));
        } catch (UserPrincipalNotFoundException ex) {
            throw new UnixSocketException(
                    "group",
                    "there is no group '%s'".formatted(group),
                    "Set {}.group to the name or the number of a group, or to nothing for the group of the process.");
        } catch (FileSystemException ex) {
            throw new UnixSocketException(
                    "group",
                    "the process may not give it to the group '%s'".formatted(group),
                    "Set {}.group to a group that the user of the process is in, or add the user to the group.");
        }
    }

    /** Removes the file, unless something else has taken its place. */
    void remove() {
        Path path = Path.of(this.listener.path());
        try {
            if (this.key != null && Objects.equals(this.key, FileAtPath.key(path))) {
                Files.delete(path);
            }
        } catch (NoSuchFileException ex) {
            // Somebody has removed it.
        } catch (IOException ex) {
            logger.warn("Echo cannot remove the Unix socket %s: %s".formatted(path, UnixSocketException.reason(ex)));
        }
        this.key = null;
    }
}
