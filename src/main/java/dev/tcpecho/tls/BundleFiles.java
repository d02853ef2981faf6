package dev.tcpecho.tls;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The files of one SSL bundle, by what their paths lead to: however many links are on the way, and whichever of them,
 * or of the directories, was replaced. A file that cannot be read is something that they hold, too.
 */
final class BundleFiles {

    /** What a look at the files shows. */
    enum Look {

        /** They hold what was taken before. */
        SAME,

        /** They do not hold what they held at the last look: they may be half written. */
        CHANGING,

        /** They hold something else than what was taken before, and held it at the last look, too. It is taken now. */
        NEW
    }

    private final Set<Path> paths;

    private Map<Path, String> seen;

    private Map<Path, String> taken;

    /** Takes what the files hold now. */
    BundleFiles(Set<Path> paths) {
        this.paths = paths;
        this.seen = read();
        this.taken = this.seen;
    }

    /** Looks at the files. */
    Look look() {
        Map<Path, String> now = read();
        if (!now.equals(this.seen)) {
            this.seen = now;
            return Look.CHANGING;
        }
        if (now.equals(this.taken)) {
            return Look.SAME;
        }
        this.taken = now;
        return Look.NEW;
    }

    /** Takes what the files hold now, and tells whether it is something else than what was taken before. */
    boolean take() {
        Map<Path, String> before = this.taken;
        this.seen = read();
        this.taken = this.seen;
        return !this.taken.equals(before);
    }

    private Map<Path, String> read() {
        Map<Path, String> contents = new TreeMap<>();
        this.paths.forEach(path -> contents.put(path, read(path)));
        return contents;
    }

    /** Returns a digest of a file, or why it has none. */
    private static String read(Path path) {
        // To open a pipe could take for ever.
        if (!Files.isRegularFile(path)) {
            return "no file";
        }
        try (InputStream file = Files.newInputStream(path);
                DigestInputStream digested = new DigestInputStream(file, MessageDigest.getInstance("SHA-256"))) {
            digested.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digested.getMessageDigest().digest());
        } catch (IOException ex) {
            return ex.toString();
        } catch (NoSuchAlgorithmException ex) {
            throw new IllegalStateException(ex);
        }
    }
}
