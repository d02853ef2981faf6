package dev.tcpecho.healthcheck;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The process of the service, as Linux's {@code /proc} shows it to other processes of the same user.
 *
 * @param directory its directory in {@code /proc}
 * @param arguments what follows the jar on its command line
 */
record ServiceProcess(Path directory, List<String> arguments) {

    private static final Path PROC = Path.of("/proc");

    /** Columns of {@code /proc/net/tcp}, whose first line has their names. */
    private static final int LOCAL_ADDRESS = 1;

    private static final int STATE = 3;

    private static final int INODE = 9;

    private static final String LISTENING = "0A";

    /**
     * Returns the oldest process of this jar whose arguments are properties, in the container and the directory of this
     * process: the service reads its files there.
     *
     * @return the process, or nothing where {@code /proc} shows none
     */
    static Optional<ServiceProcess> find() {
        // The command line of this process may name its jar in an argument file. A jar is the whole class path.
        String jar = System.getProperty("java.class.path");
        List<Optional<Path>> place = place(PROC.resolve("self"));
        return directories(PROC).stream()
                .filter(directory -> directory.getFileName().toString().matches("[0-9]+"))
                .filter(directory -> place(directory).equals(place))
                .sorted(Comparator.comparingLong(
                        directory -> Long.parseLong(directory.getFileName().toString())))
                .map(directory -> of(directory, jar))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** Its program too: an init process in front of the service has the same words on its command line. */
    private static List<Optional<Path>> place(Path directory) {
        return Stream.of("ns/mnt", "cwd", "exe")
                .map(directory::resolve)
                .map(ServiceProcess::link)
                .toList();
    }

    private static Optional<ServiceProcess> of(Path directory, String jar) {
        List<String> commandLine = commandLine(directory);
        if (!jar(commandLine).filter(jar::equals).isPresent()) {
            return Optional.empty();
        }
        List<String> arguments = commandLine.subList(commandLine.indexOf(jar) + 1, commandLine.size());
        Predicate<String> isProperty = argument -> argument.isEmpty() || argument.startsWith("--");
        return arguments.stream().allMatch(isProperty)
                ? Optional.of(new ServiceProcess(directory, arguments))
                : Optional.empty();
    }

    private static Optional<String> jar(List<String> commandLine) {
        int option = commandLine.indexOf("-jar");
        return (option >= 0 && option + 1 < commandLine.size())
                ? Optional.of(commandLine.get(option + 1))
                : Optional.empty();
    }

    private static List<String> commandLine(Path directory) {
        try {
            String arguments = Files.readString(directory.resolve("cmdline"));
            // Each ends with a NUL.
            return arguments.isEmpty()
                    ? List.of()
                    : Arrays.asList(
                            arguments.substring(0, arguments.length() - 1).split("\0", -1));
        } catch (IOException ex) {
            // It has ended meanwhile.
            return List.of();
        }
    }

    /**
     * Returns the TCP ports on which it listens, in the order of their descriptors. The kernel gives the lowest free
     * one, so that what was opened first comes first; the numbers of sockets' inodes depend on the processor.
     *
     * @return the ports, none where another user's process is not shown
     */
    List<Integer> listeningPorts() {
        Map<String, Integer> ports = new HashMap<>();
        for (String table : List.of("net/tcp", "net/tcp6")) {
            for (String[] columns : listening(this.directory.resolve(table))) {
                String port = columns[LOCAL_ADDRESS].substring(columns[LOCAL_ADDRESS].indexOf(':') + 1);
                ports.put("socket:[%s]".formatted(columns[INODE]), Integer.valueOf(port, 16));
            }
        }
        return directories(this.directory.resolve("fd")).stream()
                .sorted(Comparator.comparingInt(
                        descriptor -> Integer.parseInt(descriptor.getFileName().toString())))
                .flatMap(descriptor -> link(descriptor).stream())
                .flatMap(target -> Stream.ofNullable(ports.get(target.toString())))
                .toList();
    }

    private static List<String[]> listening(Path table) {
        try {
            return Files.readAllLines(table).stream()
                    .skip(1)
                    .map(line -> line.strip().split("\\s+"))
                    .filter(columns -> columns[STATE].equals(LISTENING))
                    .toList();
        } catch (IOException ex) {
            // Without IPv6 there is no table for it.
            return List.of();
        }
    }

    private static List<Path> directories(Path directory) {
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(children::add);
        } catch (IOException ex) {
            return List.of();
        }
        return children;
    }

    private static Optional<Path> link(Path path) {
        try {
            return Optional.of(Files.readSymbolicLink(path));
        } catch (IOException ex) {
            return Optional.empty();
        }
    }
}
