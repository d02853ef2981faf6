package dev.tcpecho.unix;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/** A directory for moments, on the same file system as a path, that the user of the process alone can enter. */
final class PrivateDirectory implements AutoCloseable {

    /** How much longer a path is in such a directory: a slash, a dot and the digits. */
    private static final int DIGITS = 4;

    private static final int RADIX = 36;

    private static final int ATTEMPTS = 100;

    private final Path directory;

    private PrivateDirectory(Path directory) {
        this.directory = directory;
    }

    static PrivateDirectory beside(Path path) throws IOException, UnixSocketException {
        Path parent = Objects.requireNonNull(path.getParent());
        for (int attempt = 1; ; attempt++) {
            try {
                return new PrivateDirectory(Files.createDirectory(
                        parent.resolve("." + digits()),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))));
            } catch (FileAlreadyExistsException ex) {
                if (attempt == ATTEMPTS) {
                    throw ex;
                }
            } catch (NoSuchFileException ex) {
                if (Files.exists(parent)) {
                    throw new IOException("no file can be made in the directory '%s'".formatted(parent), ex);
                }
                throw new UnixSocketException(
                        "the directory '%s' does not exist".formatted(parent),
                        "Create the directory, or set {}.path to a path in another one.");
            } catch (AccessDeniedException ex) {
                throw new UnixSocketException(
                        "this process may not write to the directory '%s'".formatted(parent),
                        "Let the user of the process write to the directory, or set {}.path to a path in another one.");
            }
        }
    }

    private static String digits() {
        int most = (int) Math.pow(RADIX, DIGITS);
        // With a leading 1, which is cut off, there are always as many.
        return Integer.toString(most + ThreadLocalRandom.current().nextInt(most), RADIX)
                .substring(1);
    }

    /** Returns a path in this directory, with the last name of another, by which people find a socket in a list. */
    Path resolve(Path path) {
        return this.directory.resolve(Objects.requireNonNull(path.getFileName()));
    }

    /** Removes the directory with what is in it. */
    @Override
    public void close() throws IOException {
        try (var files = Files.list(this.directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.delete(file);
            }
        }
        Files.delete(this.directory);
    }
}
