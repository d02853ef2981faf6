package dev.tcpecho;

import dev.tcpecho.EchoProperties.Listener;
import dev.tcpecho.address.AddressBlock;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Refuses Unix sockets that no kernel can open, and properties that do nothing beside a path or without one. */
final class UnixSocketRules {

    /** What fits into a socket address of Linux ({@code sun_path}, unix(7)), with the NUL byte that ends it. */
    private static final int MOST_BYTES = 107;

    /** A file gets its permissions in a directory beside it, whose name is so much longer: {@code /.abcd}. */
    private static final int MOST_BYTES_OF_FILE = MOST_BYTES - 6;

    private UnixSocketRules() {}

    static void check(Map<String, Listener> listeners) {
        Map<String, String> names = new HashMap<>();
        listeners.forEach((name, listener) -> {
            String prefix = "echo.listeners.%s.".formatted(name);
            if (!listener.isUnix()) {
                requireDefaultPermissions(prefix, listener, "without a path", "set %spath".formatted(prefix));
                return;
            }
            String path = listener.path();
            if (path.startsWith("@")) {
                requireAbstractName(prefix, path);
                requireDefaultPermissions(
                        prefix,
                        listener,
                        "beside the abstract name '%s'".formatted(path),
                        "set %spath to a path".formatted(prefix));
            } else {
                path = requirePath(prefix, path).normalize().toString();
                requireClients(prefix, listener.permissions());
            }
            requireNothingOfAPort(prefix, listener);
            String other = names.putIfAbsent(path, name);
            if (other != null) {
                throw new EchoConfigurationException(
                        "The listeners '%s' and '%s' are both to listen on '%s'.".formatted(other, name, path),
                        "Set %spath to another path, or remove one of the two listeners.".formatted(prefix),
                        "echo.listeners.%s.path".formatted(other),
                        prefix + "path");
            }
        });
    }

    private static void requireAbstractName(String prefix, String path) {
        if (path.length() == 1) {
            throw wrongPath(prefix, path, "which has no name behind the @");
        }
        requireAtMost(MOST_BYTES, prefix, path, "a Unix socket's abstract name");
    }

    private static Path requirePath(String prefix, String path) {
        try {
            Path parsed = Path.of(path);
            if (!parsed.isAbsolute() || parsed.getFileName() == null) {
                throw wrongPath(prefix, path, "which is no absolute path of a file");
            }
            requireAtMost(MOST_BYTES_OF_FILE, prefix, parsed.toString(), "the path of a listener's Unix socket");
            return parsed;
        } catch (InvalidPathException ex) {
            throw wrongPath(prefix, path, "which can be no path here: " + ex.getReason());
        }
    }

    /** To connect, a client needs to be allowed to write (unix(7)). */
    private static void requireClients(String prefix, String permissions) {
        if (!permissions.contains("w")) {
            throw new EchoConfigurationException(
                    "%spermissions is '%s', with which nobody but the superuser can connect."
                            .formatted(prefix, permissions),
                    "Add a w for each that may connect, for example rw-rw----.",
                    prefix + "permissions");
        }
    }

    private static EchoConfigurationException wrongPath(String prefix, String path, String fault) {
        return new EchoConfigurationException(
                "%spath is '%s', %s.".formatted(prefix, path, fault),
                "Set %spath to a path, for example /run/tcp-echo/echo.sock, or to an abstract name, for example @echo."
                        .formatted(prefix),
                prefix + "path");
    }

    private static void requireAtMost(int most, String prefix, String path, String kind) {
        int bytes = path.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > most) {
            throw new EchoConfigurationException(
                    "%spath is '%s', of %s bytes, but %s may have %s.".formatted(prefix, path, bytes, kind, most),
                    "Set %spath to a shorter one.".formatted(prefix),
                    prefix + "path");
        }
    }

    private static void requireDefaultPermissions(String prefix, Listener listener, String beside, String otherwise) {
        Listener none = Listener.DEFAULT;
        requireDefault(prefix + "permissions", listener.permissions(), none.permissions(), beside, otherwise);
        requireDefault(prefix + "group", listener.group(), none.group(), beside, otherwise);
    }

    /** A client has no address, and a socket no port. */
    private static void requireNothingOfAPort(String prefix, Listener listener) {
        Listener none = Listener.DEFAULT;
        String beside = "beside the path '%s'".formatted(listener.path());
        String otherwise = prefix + "path";
        requireDefault(prefix + "protocol", text(listener.protocol()), "tcp", beside, otherwise);
        requireDefault(prefix + "address", listener.address(), none.address(), beside, otherwise);
        requireDefault(prefix + "port", listener.port(), none.port(), beside, otherwise);
        requireDefault(prefix + "reuse-port", listener.reusePort(), none.reusePort(), beside, otherwise);
        requireDefault(prefix + "proxy-protocol", text(listener.proxyProtocol()), "off", beside, otherwise);
        requireDefault(prefix + "trusted-proxies", text(listener.trustedProxies()), "", beside, otherwise);
    }

    private static String text(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String text(List<AddressBlock> blocks) {
        return blocks.stream().map(AddressBlock::toString).collect(Collectors.joining(", "));
    }

    private static void requireDefault(
            String property, Object value, Object byDefault, String beside, String otherwise) {
        if (!value.equals(byDefault)) {
            throw new EchoConfigurationException(
                    "%s is '%s', which means nothing %s.".formatted(property, value, beside),
                    "Remove %s, or %s.".formatted(property, otherwise),
                    property);
        }
    }
}
